import type { Answer, LedgerEntry } from '@strongroom/protocol';
import type { CallOptions, RunningServer } from '@strongroom/testkit';

export type Reply = { readonly status: number; readonly body: Record<string, unknown> };

/** One call below `/api/v1` as the local administrator, or as `token`, with its JSON answer. */
export async function call(
  server: RunningServer,
  method: string,
  path: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<Reply> {
  const response = await server.call(method, path, { ...options, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** An answer, or the problem document in which a refusal shows the same members. */
export type Asked = Answer & { readonly code?: string; readonly status?: number; readonly title?: string };

export async function ask(server: RunningServer, question: string, source?: string, token?: string): Promise<Asked> {
  const { body } = await call(server, 'POST', 'ask', { question, source }, token === undefined ? {} : { token });
  return body as unknown as Asked;
}

export async function query(server: RunningServer, source: string, sql: string, token?: string): Promise<Asked> {
  const path = `sources/${source}/query`;
  const { body } = await call(server, 'POST', path, { sql }, token === undefined ? {} : { token });
  return body as unknown as Asked;
}

/** The newest entries of the audit log, oldest first. */
export async function ledger(
  server: RunningServer,
  filter: Readonly<Record<string, string>> = {},
): Promise<LedgerEntry[]> {
  const parameters = new URLSearchParams({ limit: '500', ...filter });
  const { body } = await call(server, 'GET', `ledger?${parameters.toString()}`);
  return (body['entries'] as LedgerEntry[]).toReversed();
}

/** Position of the newest entry, to tell later what came after it. */
export async function ledgerPosition(server: RunningServer): Promise<number> {
  return (await ledger(server, { limit: '1' })).at(-1)?.position ?? 0;
}

/** Without the births of keys, which come by the way when something is sealed for the first time. */
export async function ledgerSince(server: RunningServer, position: number): Promise<LedgerEntry[]> {
  return (await ledger(server)).filter((entry) => entry.position > position && entry.action !== 'vault.key_created');
}
