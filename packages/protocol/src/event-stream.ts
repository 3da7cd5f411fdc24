// Server-Sent Events (WHATWG HTML, section 9.2), as much of them as we send.

/** `id`: where the stream has come, to be sent as `Last-Event-ID` to go on there; `data` is null where only that is said. */
export type StreamEvent = { readonly id: string | null; readonly event: string; readonly data: string | null };

const LINE_CHARACTERS_MAX = 1024 * 1024;

/** `data` of one line, which JSON is. */
export function encodeStreamEvent({ id, event, data }: { id: number; event: string; data: string }): string {
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;
}

/**
 * Reads events from chunks of any size; ends when they end, without what was cut off. Throws `Error` for a line of
 * more than a million characters.
 */
export async function* decodeEventStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  let fields: Record<string, string> = {};
  for await (const line of linesOf(chunks)) {
    if (line === '') {
      const { id, event, data } = fields;
      if (id !== undefined || data !== undefined)
        yield { id: id ?? null, event: event ?? 'message', data: data ?? null };
      fields = {};
      continue;
    }
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    fields[name] = name === 'data' && fields['data'] !== undefined ? `${fields['data']}\n${value}` : value;
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of chunks) {
    pending += decoder.decode(chunk, { stream: true });
    const lines = pending.split(/\r\n|\n|\r(?!$)/);
    pending = lines.pop() ?? '';
    if (pending.length > LINE_CHARACTERS_MAX) throw new Error('a line of the event stream is too long');
    yield* lines;
  }
}
