import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { FakeModelBehaviour, RunningServer } from '@strongroom/testkit';
import { Pool } from 'undici';

const PORTKEY = join(import.meta.dirname, 'node_modules/@portkey-ai/gateway/build/start-server.js');
const LOOK_EVERY_MS = 100;
const LOOKS_MAX = 300;

/** Where a chat is sent: the upstream itself, or a gateway before it. */
export type Side = { readonly http: Pool; readonly path: string; readonly headers: Readonly<Record<string, string>> };

/** Resolves with its base URL once it listens; stops with the stack. */
export async function startUpstream(stack: AsyncDisposableStack, behaviour: FakeModelBehaviour): Promise<string> {
  const program = join(import.meta.dirname, 'gateway-upstream.ts');
  const child = start(stack, [program, JSON.stringify(behaviour)], {}, 'pipe');
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return line.toString().trim();
}

/** @portkey-ai/gateway as its package starts it, before the same upstream. */
export async function startPortkey(stack: AsyncDisposableStack, upstream: string, connections: number): Promise<Side> {
  const port = await freePort();
  // It refuses an upstream on loopback that nobody named.
  const env = { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1' };
  start(stack, [PORTKEY, '--headless', `--port=${port}`], env, 'ignore');
  const http = stack.adopt(new Pool(`http://127.0.0.1:${port}`, { connections }), (open) => open.close());
  for (let look = 0; ; look += 1) {
    const answer = await http.request({ method: 'GET', path: '/' }).catch(() => null);
    await answer?.body.dump();
    if (answer?.statusCode === 200) break;
    if (look === LOOKS_MAX) throw new Error('@portkey-ai/gateway did not start');
    await wait(LOOK_EVERY_MS);
  }
  const headers = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': upstream, authorization: 'Bearer key' };
  return { http, path: '/v1/chat/completions', headers };
}

/** With a key whose rate is no limit here. */
export async function openOurs(stack: AsyncDisposableStack, server: RunningServer, connections: number): Promise<Side> {
  const make = () => server.call('POST', 'tokens', { body: { name: 'bench', scopes: ['gateway'] } });
  let made = await make();
  // A server that has just started on a machine with much to do says that it is busy.
  for (let look = 0; made.status === 503 && look < LOOKS_MAX; look += 1) {
    await wait(LOOK_EVERY_MS);
    made = await make();
  }
  if (!made.ok) throw new Error(`no key could be made: ${await made.text()}`);
  const { token, secret } = (await made.json()) as { token: { id: string }; secret: string };
  const limited = await server.call('PUT', `gateway/keys/${token.id}`, { body: { requestsPerMinute: 100_000_000 } });
  if (!limited.ok) throw new Error(`the key could not be set up: ${await limited.text()}`);
  const http = stack.adopt(new Pool(server.url, { connections }), (open) => open.close());
  return { http, path: '/v1/chat/completions', headers: { authorization: `Bearer ${secret}` } };
}

export function openDirect(stack: AsyncDisposableStack, upstream: string, connections: number): Side {
  const { origin, pathname } = new URL(upstream);
  const http = stack.adopt(new Pool(origin, { connections }), (open) => open.close());
  return { http, path: `${pathname}/chat/completions`, headers: {} };
}

function start(
  stack: AsyncDisposableStack,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  stdout: 'pipe' | 'ignore',
): ChildProcess {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, args, { stdio: ['ignore', stdout, 'inherit'], env: { PATH, ...env } });
  stack.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
