import { expect, test } from 'vitest';
import { readReply } from './read-reply.ts';

const read = (text: string) => readReply({ bytes: Buffer.from(text), isEvents: true });
const said = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}`;

test('a reply is read alike with each of the line ends that events may have', () => {
  for (const end of ['\n', '\r', '\r\n'])
    expect(read([said('SELECT'), '', said(' 1'), '', 'data: [DONE]', '', ''].join(end)).text).toBe('SELECT 1');
});

test('a hostile reply of line ends alone takes no longer than its length', () => {
  // More than ever comes: were each looked for in all that is left, it would take minutes.
  for (const end of ['\n', '\r', '\r\n', 'data\r', ':\r'])
    expect(() => read(end.repeat(4_000_000 / end.length))).toThrow(
      expect.objectContaining({ code: 'egress/bad_reply' }),
    );
});
