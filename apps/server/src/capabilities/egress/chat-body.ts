import type { Disclosure } from './disclosure/build-disclosure.ts';

/**
 * The bytes of an OpenAI chat completion request: nothing kept (`store: false`), nothing to call, one whole answer.
 * What is shown to the asker as sent is exactly this string.
 */
export function chatBody(model: string, disclosure: Disclosure): string {
  const told = disclosure.parts.filter((part) => part.kind !== 'instruction' && part.kind !== 'question');
  const text = (kind: string): string =>
    disclosure.parts
      .filter((part) => part.kind === kind)
      .map((part) => part.text)
      .join('\n');
  return JSON.stringify({
    model,
    messages: [
      { role: 'system', content: [text('instruction'), ...told.map((part) => part.text)].join('\n\n') },
      { role: 'user', content: text('question') },
    ],
    temperature: 0,
    stream: false,
    store: false,
  });
}
