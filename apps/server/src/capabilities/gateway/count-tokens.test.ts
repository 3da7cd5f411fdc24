import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEventReply, readJsonReply, type ReplyReader } from './count-tokens.ts';

const MEGABYTE = 1024 * 1024;
const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const delta = (content: string) => event({ choices: [{ delta: { content } }], usage: null });
const USAGE = event({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 5 } });
const DONE = 'data: [DONE]\n\n';

function passAll(reader: ReplyReader, chunks: readonly Buffer[]): string {
  const passed = chunks.map((chunk) => reader.push(chunk));
  return Buffer.concat([...passed, reader.end()]).toString();
}

/** The text cut at these places. */
function cut(text: string, places: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const cuts = [0, ...places.map((place) => place % bytes.length).toSorted((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, at) => bytes.subarray(cuts[at], end));
}

test('wherever a stream is cut, its caller gets what they asked for and not the token counts that we asked for', () => {
  const said = [delta('wör'), ': still here\n\n', delta('"usage":{"prompt_tokens":99}'), delta('de')];
  const text = [...said, USAGE, DONE].join('');
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 12 }), fc.boolean(), fc.boolean(), (places, hides, crlf) => {
      const lines = (whole: string) => (crlf ? whole.replaceAll('\n', '\r\n') : whole);
      const reader = readEventReply(hides);
      const passed = passAll(reader, cut(lines(text), places));
      expect(passed).toBe(lines(hides ? text.replace(USAGE, '') : text));
      expect(reader.counts(100)).toEqual({ input: 7, output: 5, guessed: false });
    }),
  );
});

test('an event passes on as soon as it is whole', () => {
  const reader = readEventReply(true);
  const [first, second] = [delta('one'), delta('two')];
  expect(reader.push(Buffer.from(first + second.slice(0, 9))).toString()).toBe(first);
  expect(reader.push(Buffer.from(second.slice(9))).toString()).toBe(second);
});

test('a stream that is one endless event passes on, and memory does not hold it', () => {
  const reader = readEventReply(true);
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let passedBytes = 0;
  for (let at = 0; at < 160; at += 1) passedBytes += reader.push(chunk).length;
  expect(passedBytes).toBeGreaterThan(9 * MEGABYTE);
});

test('token counts of a streamed response are those of the event that ends it', () => {
  const reader = readEventReply(false);
  const usage = { input_tokens: 3, output_tokens: 4 };
  const text = `event: response.completed\n${event({ type: 'response.completed', response: { usage } })}`;
  expect(passAll(reader, [Buffer.from(text)])).toBe(text);
  expect(reader.counts(0)).toEqual({ input: 3, output: 4, guessed: false });
});

test.each([
  ['a chat', { usage: { prompt_tokens: 7, completion_tokens: 5 } }, { input: 7, output: 5 }],
  ['embeddings', { usage: { prompt_tokens: 7, total_tokens: 7 } }, { input: 7, output: 0 }],
  ['a response', { usage: { input_tokens: 1, output_tokens: 2 } }, { input: 1, output: 2 }],
  [
    'a large reply',
    { data: 'x'.repeat(MEGABYTE), usage: { prompt_tokens: 2, details: { a: 1 } } },
    { input: 2, output: 0 },
  ],
  [
    'a reply that goes on after them',
    { usage: { prompt_tokens: 7, completion_tokens: 5 }, metadata: { a: 'usage', usage: 'none' }, id: 1 },
    { input: 7, output: 5 },
  ],
  [
    'a reply that repeats a tool with counts of its caller’s own',
    { usage: { prompt_tokens: 7, completion_tokens: 5 }, tools: [{ usage: { prompt_tokens: 0 } }] },
    { input: 7, output: 5 },
  ],
])('token counts of %s are read', (_what, reply, counts) => {
  const reader = readJsonReply();
  const text = JSON.stringify(reply);
  expect(passAll(reader, cut(text, [5, 700_000]))).toBe(text);
  expect(reader.counts(100)).toEqual({ ...counts, guessed: false });
});

test.each([
  ['says none', '{"choices":[]}'],
  ['is no JSON', 'x'.repeat(14)],
  ['says nonsense', '{"usage":{"prompt_tokens":-1}}'],
])('where a reply %s, a token is guessed for every four bytes', (_what, text) => {
  const reader = readJsonReply();
  passAll(reader, [Buffer.from(text)]);
  expect(reader.counts(100)).toEqual({ input: 25, output: Math.ceil(text.length / 4), guessed: true });
});
