import type { RelayPath } from '#egress/relay';
import { badMember, wouldPersist } from './errors.ts';
import { foldName, type JsonObject, readJsonObject, setMembers } from './read-json.ts';

/** A request that may go to the upstream once its model is allowed. */
export type CheckedRequest = {
  /** As the caller wrote it, but that keeping is forbidden and token counts are asked for. */
  readonly body: Buffer;
  readonly model: string;
  readonly streamed: boolean;
  /** Token counts were asked for by us: the event that holds nothing else is not for the caller. */
  readonly hidesUsage: boolean;
};

/** What the value of a member may be; anything else would make the provider keep something. */
const KEEPING: Readonly<Record<RelayPath, Readonly<Record<string, readonly unknown[]>>>> = {
  // `audio`: a spoken reply is kept for the turns that follow. `24h`: prompts are kept beyond memory.
  'chat/completions': { store: [false, null], audio: [null], prompt_cache_retention: ['in_memory', 'in-memory', null] },
  embeddings: { store: [false, null] },
  responses: {
    store: [false, null],
    previous_response_id: [null],
    conversation: [null],
    background: [false, null],
    prompt_cache_retention: ['in_memory', 'in-memory', null],
  },
};
/** Members that we read, so that they must be spelt as every reader reads them. */
const READ = ['model', 'stream', 'stream_options', 'tools'];
/** Tools of the provider's own that work on what lies there. */
const KEEPING_TOOLS: readonly unknown[] = ['code_interpreter', 'file_search', 'shell', 'local_shell'];

/**
 * What a caller sent, checked and made so that nothing is kept of it. `bytes` are an attacker's until here.
 * INVARIANT: with `chat/completions` and `responses` what leaves says `store: false`, in so many words, and once.
 * Throws `gateway/would_persist`, `bad_member`, and what `readJsonObject` throws (400).
 */
export function checkRequest(path: RelayPath, bytes: Buffer): CheckedRequest {
  const object = readJsonObject(bytes);
  const keeping = KEEPING[path];
  refuseMisspelt(object, [...READ, ...Object.keys(keeping)]);
  for (const [name, harmless] of Object.entries(keeping)) {
    const value = valueOf(bytes, object, name);
    if (value !== undefined && !harmless.includes(value)) throw wouldPersist(`\`${name}\` as you set it`);
  }
  if (path === 'responses') refuseKeepingTools(valueOf(bytes, object, 'tools'));
  const model = valueOf(bytes, object, 'model');
  if (typeof model !== 'string') throw badMember('model');
  const stream = valueOf(bytes, object, 'stream') ?? false;
  if (typeof stream !== 'boolean') throw badMember('stream');
  // Only a chat has to be asked for its token counts when it is streamed.
  const options = stream && path === 'chat/completions' ? askForUsage(bytes, object) : null;
  const body = setMembers(bytes, object, {
    ...(path === 'embeddings' ? {} : { store: 'false' }),
    ...(options === null ? {} : { stream_options: options }),
  });
  return { body, model, streamed: stream, hidesUsage: options !== null };
}

function refuseMisspelt(object: JsonObject, names: readonly string[]): void {
  for (const name of object.members.keys()) {
    const folded = foldName(name);
    if (folded !== name && names.includes(folded)) throw badMember(folded);
  }
}

/** undefined when there is none. Only for members whose value is small, or ours to read. */
function valueOf(bytes: Buffer, { members }: JsonObject, name: string): unknown {
  const span = members.get(name);
  return span === undefined ? undefined : JSON.parse(bytes.toString('utf8', span.start, span.end));
}

function refuseKeepingTools(tools: unknown): void {
  if (tools == null) return;
  if (!Array.isArray(tools)) throw badMember('tools');
  for (const tool of tools as unknown[]) {
    if (typeof tool !== 'object' || tool === null) throw badMember('tools');
    if (('type' in tool && KEEPING_TOOLS.includes(tool.type)) || 'container' in tool)
      throw wouldPersist('what a tool of the provider’s works on');
  }
}

/** The options with `include_usage`; null when the caller asked for it themself. */
function askForUsage(bytes: Buffer, { members }: JsonObject): string | null {
  const span = members.get('stream_options');
  const text = span === undefined ? Buffer.from('null') : bytes.subarray(span.start, span.end);
  if (text.toString() === 'null') return '{"include_usage":true}';
  if (text[0] !== 0x7b) throw badMember('stream_options');
  const options = readJsonObject(text);
  refuseMisspelt(options, ['include_usage']);
  if (valueOf(text, options, 'include_usage') === true) return null;
  return setMembers(text, options, { include_usage: 'true' }).toString();
}
