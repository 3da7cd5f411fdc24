import { startServer } from '@strongroom/testkit';
import { type Bench, besideBound, mediansOf } from './compare.ts';
import { openDirect, openOurs, type Side, startPortkey, startUpstream } from './gateway-world.ts';
import { growthMb } from './memory.ts';
import { createCommitting, mediansOfTurns, throughput, type Work } from './turns.ts';

const CONTENT = 'The quick brown fox jumps over the lazy dog. '.repeat(8);
const CHAT = { model: 'small', messages: [{ role: 'user', content: 'What does the quick brown fox do? '.repeat(12) }] };
const JSON_BODY = JSON.stringify(CHAT);
const STREAM_BODY = JSON.stringify({ ...CHAT, stream: true });

const TURNS = { turns: 500, warmUp: 100 };
const ADDED_MS_MAX = 0.4;
const CLIENTS = 32;
const THROUGHPUT_RATIO = 3;
const ROUNDS = 5;
const CALLS_A_CLIENT = 50;
const CALLS_FOR_MEMORY = 100_000;
const CALLS_BEFORE_MEMORY = 10_000;
const EVENT_BYTES = 10_000;
const STREAM_BYTES = 100_000_000;
const GROWTH_MB_MAX = 64;

/** What it costs that a call to a model is governed, audited and kept nowhere, beside the same call without, and beside a gateway of others. */
export const bench: Bench = async function* () {
  await using stack = new AsyncDisposableStack();
  const upstream = await startUpstream(stack, { kind: 'openai', content: CONTENT });
  const env = { STRONGROOM_SAMPLE: 'off', STRONGROOM_MODEL: CHAT.model };
  const server = stack.use(await startServer({ env: { ...env, STRONGROOM_MODEL_URL: upstream } }));
  const ours = await openOurs(stack, server, CLIENTS);
  const direct = openDirect(stack, upstream, CLIENTS);
  const portkey = await startPortkey(stack, upstream, CLIENTS);
  await requireSameReplies({ ours, direct, portkey }, readJson);
  await requireSameReplies({ ours, direct }, readStream);
  const commit = await createCommitting(server, stack);

  for (const [name, read, others] of [
    ['a chat as JSON', readJson, { '@portkey-ai/gateway': portkey }],
    // Not beside that one: version 1.15.2 answers streams of OpenAI's own format with 500 (`Headers` that are immutable).
    ['the first byte of a streamed chat', readFirst, {}],
  ] as const) {
    const sides: Record<string, Side> = { ours, 'the upstream itself': direct, ...others };
    const works: Record<string, Work> = { commit };
    for (const [side, where] of Object.entries(sides)) works[side] = () => read(where);
    const p50 = await mediansOfTurns(TURNS, works);
    const [own = NaN, bare = NaN, commitMs = NaN] = [p50['ours'], p50['the upstream itself'], p50['commit']];
    for (const peerName of Object.keys(sides).slice(1)) {
      const peer = p50[peerName] ?? NaN;
      yield { name: `${name}, p50`, ours: own, peer, peerName, ratio: own / peer, unit: 'ms', better: 'lower' };
    }
    const added = besideBound(`what we add to ${name}, p50`, own - bare, ADDED_MS_MAX + commitMs, 'ms', 'lower');
    yield { ...added, peerName: `${ADDED_MS_MAX} ms and a durable commit of ${commitMs.toFixed(2)} ms:` };
  }

  const perSecond = await mediansOf(ROUNDS, {
    ours: () => throughputOf(ours),
    portkey: () => throughputOf(portkey),
    direct: () => throughputOf(direct),
  });
  for (const [peerName, peer, bound] of [
    ['@portkey-ai/gateway', perSecond.portkey, ` (at least ${THROUGHPUT_RATIO} x)`],
    ['the upstream itself', perSecond.direct, ''],
  ] as const)
    yield {
      name: `${CLIENTS} clients${bound}`,
      ours: perSecond.ours,
      peer,
      peerName,
      ratio: perSecond.ours / peer,
      unit: 'calls/s',
      better: 'higher',
    };

  const many = (count: number) =>
    throughput(
      count / CLIENTS,
      Array.from({ length: CLIENTS }, () => () => readJson(ours)),
    );
  await many(CALLS_BEFORE_MEMORY);
  const overCalls = await growthMb(server.pid, () => many(CALLS_FOR_MEMORY));
  yield besideBound('server memory, 100,000 calls', overCalls, GROWTH_MB_MAX, 'MB', 'lower');

  const count = STREAM_BYTES / EVENT_BYTES;
  const long = await startUpstream(stack, { kind: 'events', count, eventBytes: EVENT_BYTES });
  await using streaming = await startServer({ env: { ...env, STRONGROOM_MODEL_URL: long } });
  const reading = await openOurs(stack, streaming, 1);
  await readAll(reading);
  const overStream = await growthMb(streaming.pid, async () => {
    const sizeBytes = await readAll(reading);
    if (sizeBytes < STREAM_BYTES) throw new Error(`the stream had ${sizeBytes} bytes`);
  });
  yield besideBound('server memory, a streamed reply of 100 MB', overStream, GROWTH_MB_MAX, 'MB', 'lower');
};

async function send({ http, path, headers }: Side, body: string) {
  const answer = await http.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  if (answer.statusCode !== 200) throw new Error(`a call was refused: ${await answer.body.text()}`);
  return answer.body;
}

async function readJson(side: Side): Promise<string> {
  return (await send(side, JSON_BODY)).text();
}

/** Done with the first byte; what follows is read before the next turn. */
async function readFirst(side: Side): Promise<void> {
  const body = await send(side, STREAM_BODY);
  await new Promise((resolve) => body.once('data', resolve));
  body.resume();
}

async function readAll(side: Side): Promise<number> {
  let sizeBytes = 0;
  for await (const chunk of await send(side, STREAM_BODY)) sizeBytes += (chunk as Buffer).length;
  return sizeBytes;
}

function throughputOf(side: Side): Promise<number> {
  return throughput(
    CALLS_A_CLIENT,
    Array.from({ length: CLIENTS }, () => () => readJson(side)),
  );
}

/** What is said in all of a streamed chat. */
async function readStream(side: Side): Promise<string> {
  const streamed = await (await send(side, STREAM_BODY)).text();
  const content = Array.from(streamed.matchAll(/"content":"([^"]*)"/g), ([, words]) => words).join('');
  return JSON.stringify({ choices: [{ message: { content } }] });
}

async function requireSameReplies(
  sides: Readonly<Record<string, Side>>,
  read: (side: Side) => Promise<string>,
): Promise<void> {
  for (const [name, side] of Object.entries(sides)) {
    const reply = JSON.parse(await read(side)) as { choices: { message: { content: string } }[] };
    if (reply.choices[0]?.message.content !== CONTENT) throw new Error(`${name} gave another reply`);
  }
}
