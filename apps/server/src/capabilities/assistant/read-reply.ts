import type { HostileText, ModelStatement } from '#egress';

const SQL_CHARS_MAX = 20_000;

/**
 * The one statement in a model's reply; everything else of it is ignored. null when the reply holds none, or says NONE.
 * The text stays hostile: what comes out goes to the guard, which refuses whatever is not one SELECT.
 */
export function readReply(reply: HostileText): ModelStatement | null {
  // Some models think aloud first.
  const said = reply.replace(/<think>[\s\S]*?(<\/think>|$)/gi, '').trim();
  const fenced = /```[a-z]*[ \t]*\r?\n([\s\S]*?)(?:```|$)/i.exec(said)?.[1];
  const text = (fenced ?? fromKeyword(said)).trim();
  if (text === '' || text.length > SQL_CHARS_MAX || /^none\W*$/i.test(text)) return null;
  // A part of what the model said: it may hear it again.
  return text.replace(/;\s*$/, '') as ModelStatement;
}

/** From the first line that begins like a statement to the first empty line or the end. */
function fromKeyword(said: string): string {
  const start =
    /^[ \t]*(?:select|with|insert|update|delete|drop|alter|create|truncate|grant|copy|do|call|explain|table|values)\b/im.exec(
      said,
    );
  if (start === null) return '';
  return said.slice(start.index).split(/\r?\n[ \t]*\r?\n/)[0] ?? '';
}
