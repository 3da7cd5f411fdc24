import { expect, test } from 'vitest';
import { decodeEventStream, encodeStreamEvent, type StreamEvent } from './event-stream.ts';

async function read(text: string, sizeBytes: number): Promise<StreamEvent[]> {
  const bytes = new TextEncoder().encode(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / sizeBytes) }, (_, index) =>
    bytes.subarray(index * sizeBytes, (index + 1) * sizeBytes),
  );
  const events: StreamEvent[] = [];
  for await (const event of decodeEventStream(each(chunks))) events.push(event);
  return events;
}

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

test.each([1, 2, 3, 7, 10_000])(
  'events are read whole from chunks of %d bytes, with any line end',
  async (sizeBytes) => {
    const sent =
      `retry: 1000\nid: 41\n\n${encodeStreamEvent({ id: 42, event: 'entry', data: '{"name":"Zoë 🦕"}' })}` +
      ': nothing new\r\n\r\n: nothing new\nid: 43\n\nid: 44\rdata:one\rdata: two\r\rdata: cut off\n';
    expect(await read(sent, sizeBytes)).toEqual([
      { id: '41', event: 'message', data: null },
      { id: '42', event: 'entry', data: '{"name":"Zoë 🦕"}' },
      { id: '43', event: 'message', data: null },
      { id: '44', event: 'message', data: 'one\ntwo' },
    ]);
  },
);

test('a line without an end is given up before it fills the memory', async () => {
  await expect(read(`data: ${'x'.repeat(3_000_000)}`, 65_536)).rejects.toThrow('too long');
});
