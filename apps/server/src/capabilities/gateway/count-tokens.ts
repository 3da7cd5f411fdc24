/** `input` and `output` in tokens, as the upstream counts them, or as we guess where it says nothing. */
export type TokenCounts = { readonly input: number; readonly output: number; readonly guessed: boolean };

/** What passes on of a reply, chunk by chunk, while its token counts are looked for. */
export type ReplyReader = {
  /** What of it goes on to the caller now. */
  push(chunk: Buffer): Buffer;
  /** What was held back, once the upstream has ended. */
  end(): Buffer;
  counts(requestBytes: number): TokenCounts;
};

const NOTHING = Buffer.alloc(0);
const USAGE = Buffer.from('"usage"');
/** A text of so many bytes is about a token. */
const BYTES_PER_TOKEN = 4;
/** A whole reply is read up to here; of a longer one only its end, where all providers say it. */
const WHOLE_BYTES_MAX = 256 * 1024;
const END_BYTES = 8 * 1024;
/** An event that tells token counts alone is never longer. */
const EVENT_BYTES_MAX = 64 * 1024;

/** A reply as one JSON document. It passes as it is. */
export function readJsonReply(): ReplyReader {
  let chunks: Buffer[] = [];
  let keptBytes = 0;
  let sizeBytes = 0;
  return {
    push(chunk) {
      chunks.push(chunk);
      keptBytes += chunk.length;
      sizeBytes += chunk.length;
      if (keptBytes > WHOLE_BYTES_MAX) {
        const end = Buffer.from(Buffer.concat(chunks).subarray(-END_BYTES));
        chunks = [end];
        keptBytes = end.length;
      }
      return chunk;
    },
    end: () => NOTHING,
    counts(requestBytes) {
      const text = (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString() ?? '';
      // Mostly the last that a reply says; to read all of it would take longer than all else that is done for it.
      const usage = usageIn(parse(fromLastUsage(text))) ?? (sizeBytes === keptBytes ? usageIn(parse(text)) : null);
      return usage ?? guess(requestBytes, sizeBytes / BYTES_PER_TOKEN);
    },
  };
}

/**
 * A reply as server-sent events. It passes as it comes; with `hidesUsage` event by event, but for the one that holds token counts
 * alone: the caller did not ask for it.
 */
export function readEventReply(hidesUsage: boolean): ReplyReader {
  let held: Buffer = NOTHING;
  let events = 0;
  let found: TokenCounts | null = null;
  const read = (event: Buffer): Buffer => {
    if (!event.includes(USAGE)) return event;
    const data = dataOf(event.toString());
    const usage = usageIn(data);
    if (usage === null) return event;
    found = usage;
    return hidesUsage && isUsageOnly(data) ? NOTHING : event;
  };
  return {
    push(chunk) {
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const end = endOfEvents(bytes);
      events += countEvents(chunk);
      const rest = bytes.subarray(end);
      // An event of that size is passed on unread, so that memory stays what it is.
      const holds = rest.length <= EVENT_BYTES_MAX;
      held = holds && rest.length > 0 ? Buffer.from(rest) : NOTHING;
      const whole = bytes.subarray(0, end);
      const passed = whole.includes(USAGE) ? Buffer.concat(splitEvents(whole).map(read)) : whole;
      if (!hidesUsage) return chunk;
      return holds ? passed : Buffer.concat([passed, rest]);
    },
    end() {
      const last = held.length === 0 ? NOTHING : read(held);
      held = NOTHING;
      return hidesUsage ? last : NOTHING;
    },
    counts: (requestBytes) => found ?? guess(requestBytes, events),
  };
}

/** After the last empty line. */
function endOfEvents(bytes: Buffer): number {
  const [lf, crlf] = [bytes.lastIndexOf('\n\n'), bytes.lastIndexOf('\r\n\r\n')];
  return Math.max(lf < 0 ? 0 : lf + 2, crlf < 0 ? 0 : crlf + 4);
}

function splitEvents(bytes: Buffer): Buffer[] {
  const events: Buffer[] = [];
  let from = 0;
  while (from < bytes.length) {
    const end = Math.min(endOf(bytes, '\n\n', from), endOf(bytes, '\r\n\r\n', from));
    events.push(bytes.subarray(from, end));
    from = end;
  }
  return events;
}

/** After the next of it, or at the end. */
function endOf(bytes: Buffer, mark: string, from: number): number {
  const at = bytes.indexOf(mark, from);
  return at < 0 ? bytes.length : at + mark.length;
}

function countEvents(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf('data:'); at >= 0; at = bytes.indexOf('data:', at + 5)) count += 1;
  return count;
}

function dataOf(event: string): unknown {
  const lines = event.split(/\r?\n/).filter((line) => line.startsWith('data:'));
  return parse(lines.map((line) => line.slice('data:'.length)).join('\n'));
}

function isUsageOnly(data: unknown): boolean {
  return isRecord(data) && Array.isArray(data['choices']) && data['choices'].length === 0;
}

/** Of chats and embeddings, of responses, and of the event that ends a response. null when it does not say. */
function usageIn(reply: unknown): TokenCounts | null {
  if (!isRecord(reply)) return null;
  const usage = isRecord(reply['usage'])
    ? reply['usage']
    : isRecord(reply['response'])
      ? reply['response']['usage']
      : null;
  if (!isRecord(usage)) return null;
  const input = tokens(usage['prompt_tokens'] ?? usage['input_tokens']);
  const output = tokens(usage['completion_tokens'] ?? usage['output_tokens'] ?? 0);
  return input === null || output === null ? null : { input, output, guessed: false };
}

/**
 * From the last `usage` on, as an object. One that stands deeper, as in a caller's own tool that a reply repeats, leaves brackets
 * behind that close nothing, so that it is no JSON.
 */
function fromLastUsage(text: string): string {
  const at = text.lastIndexOf('"usage"');
  return at < 0 ? '' : `{${text.slice(at)}`;
}

/** What the upstream says is not to be trusted: only a sensible number counts. */
function tokens(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < 1e9 ? value : null;
}

/** Where nobody says it. */
export function guess(requestBytes: number, output: number): TokenCounts {
  return { input: Math.ceil(requestBytes / BYTES_PER_TOKEN), output: Math.ceil(output), guessed: true };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
