import type { RelayPath } from '#egress/relay';
import { badMember, otherModel, wouldPersist } from './errors.ts';
import { elementsOf, foldName, type JsonObject, readJsonObject, setMembers } from './read-json.ts';

/** A request that may go to the upstream once its model is allowed. */
export type CheckedRequest = {
  /** As the caller wrote it, but that keeping is forbidden and token counts are asked for. */
  readonly body: Buffer;
  readonly model: string;
  readonly streamed: boolean;
  /** Token counts were asked for by us: the event that holds nothing else is not for the caller. */
  readonly hidesUsage: boolean;
};

type Harmless = Readonly<Record<string, readonly unknown[]>>;

/**
 * What the value of a member may be; anything else would make a provider keep something. Those of all paths and of several
 * providers: what one of them does not know, another does. `24h`: prompts are kept beyond memory. `deferred` is xAI's.
 */
const KEEPING: Harmless = {
  store: [false, null],
  previous_response_id: [null],
  conversation: [null],
  background: [false, null],
  deferred: [false, null],
  prompt_cache_retention: ['in_memory', 'in-memory', null],
};
const KEEPING_OF: Readonly<Record<RelayPath, Harmless>> = {
  // A spoken reply is kept for the turns that follow.
  'chat/completions': { ...KEEPING, audio: [null] },
  embeddings: KEEPING,
  // A prompt that lies at the provider brings tools of its own with it.
  responses: { ...KEEPING, prompt: [null] },
};
/** Members that we read, so that they must be spelt as every reader reads them. */
const READ = ['model', 'stream', 'stream_options', 'tools', 'extra_body'];
/** By which proxies before several providers take another model: none that the key may not use. */
const OTHER_MODELS = ['models', 'fallbacks', 'preset'];
/**
 * Tools that keep nothing: those that run at the caller's, and what looks something up or draws. Of the provider's others some work on
 * what lies there, and by `mcp` somebody else gets what is said; of one that we don't know nobody can say it.
 */
const HARMLESS_TOOL =
  /^(?:function|custom|local_shell|apply_patch|computer|computer_use_preview|image_generation|tool_search|web_search(?:_preview)?(?:_\d{4}_\d{2}_\d{2})?)$/;
/** Stands for a list or an object where neither is expected: it may be large, and nobody needs to build it. */
const NOT_SIMPLE = Symbol('a list or an object');
const NULL = Buffer.from('null');
const [OPEN_OBJECT, OPEN_ARRAY] = [0x7b, 0x5b];

/**
 * What a caller sent, checked and made so that nothing is kept of it. `bytes` are an attacker's until here.
 * INVARIANT: with `chat/completions` and `responses` what leaves says `store: false`, in so many words, and once.
 * Throws `gateway/would_persist`, `other_model`, `bad_member`, and what `readJsonObject` throws (400).
 */
export function checkRequest(path: RelayPath, bytes: Buffer): CheckedRequest {
  const object = readJsonObject(bytes);
  const keeping = KEEPING_OF[path];
  const names = [...READ, ...OTHER_MODELS, ...Object.keys(keeping)];
  refuseMisspelt(object, names);
  for (const [name, harmless] of Object.entries(keeping)) {
    const value = valueOf(bytes, object, name);
    if (value !== undefined && !harmless.includes(value)) throw wouldPersist(`\`${name}\` as you set it`);
  }
  for (const name of OTHER_MODELS) if ((valueOf(bytes, object, name) ?? null) !== null) throw otherModel(name);
  refuseLifted(textOf(bytes, object, 'extra_body'), names);
  if (path === 'responses') refuseKeepingTools(textOf(bytes, object, 'tools'));
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

/** null when there is none, or it is null. */
function textOf(bytes: Buffer, { members }: JsonObject, name: string): Buffer | null {
  const span = members.get(name);
  const text = span === undefined ? null : bytes.subarray(span.start, span.end);
  return text === null || text.equals(NULL) ? null : text;
}

/** undefined when there is none. */
function valueOf(bytes: Buffer, { members }: JsonObject, name: string): unknown {
  const span = members.get(name);
  if (span === undefined) return undefined;
  const first = bytes[span.start];
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return NOT_SIMPLE;
  return JSON.parse(bytes.toString('utf8', span.start, span.end));
}

/** What some proxies lift to the top on the way to the provider: nothing of it may be what we look at there. */
function refuseLifted(text: Buffer | null, names: readonly string[]): void {
  if (text === null) return;
  if (text[0] !== OPEN_OBJECT) throw badMember('extra_body');
  for (const name of readJsonObject(text).members.keys())
    if (names.includes(foldName(name))) throw badMember('extra_body');
}

/** `inNamespace`: of a group of tools, which holds no other group. */
function refuseKeepingTools(text: Buffer | null, inNamespace = false): void {
  if (text === null) return;
  if (text[0] !== OPEN_ARRAY) throw badMember('tools');
  for (const { start, end } of elementsOf(text)) {
    const tool = text.subarray(start, end);
    if (tool[0] !== OPEN_OBJECT) throw badMember('tools');
    const object = readJsonObject(tool);
    refuseMisspelt(object, ['type', 'container', 'tools']);
    const type = valueOf(tool, object, 'type');
    if (typeof type !== 'string') throw badMember('tools');
    if (type === 'namespace' && !inNamespace) refuseKeepingTools(textOf(tool, object, 'tools'), true);
    else if (!HARMLESS_TOOL.test(type) || object.members.has('container'))
      throw wouldPersist('what a tool of the provider’s works on');
  }
}

/** The options with `include_usage`; null when the caller asked for it themself. */
function askForUsage(bytes: Buffer, object: JsonObject): string | null {
  const text = textOf(bytes, object, 'stream_options');
  if (text === null) return '{"include_usage":true}';
  if (text[0] !== OPEN_OBJECT) throw badMember('stream_options');
  const options = readJsonObject(text);
  refuseMisspelt(options, ['include_usage']);
  if (valueOf(text, options, 'include_usage') === true) return null;
  return setMembers(text, options, { include_usage: 'true' }).toString();
}
