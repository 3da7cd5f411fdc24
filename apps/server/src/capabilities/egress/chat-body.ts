import type { Disclosure } from './disclosure/build-disclosure.ts';
import type { Part } from './disclosure/part.ts';

/** What is said as the person who asks; all else is said before, as ours. */
const SAID_LAST: ReadonlySet<Part['kind']> = new Set(['question', 'error']);

/**
 * The bytes of an OpenAI chat completion request: nothing kept (`store: false`), nothing to call. The answer is asked for
 * piece by piece, so that a slow model is waited for and one that says nothing is not.
 * What is shown to the asker as sent is exactly this string.
 */
export function chatBody(model: string, { parts }: Disclosure): string {
  const text = (isLast: boolean): string =>
    parts
      .filter((part) => SAID_LAST.has(part.kind) === isLast)
      .map((part) => part.text)
      .join('\n\n');
  return JSON.stringify({
    model,
    messages: [
      { role: 'system', content: text(false) },
      { role: 'user', content: text(true) },
    ],
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
    store: false,
  });
}
