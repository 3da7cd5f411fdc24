import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Entries of one kind (interactions, codes, …); the oldest goes when a stranger fills it. */
const ENTRIES_MAX = 10_000;

/** What the evaluation provider remembers, for its minutes: gone with the process. */
export class MemoryAdapter implements Adapter {
  readonly #entries = new Map<string, { payload: AdapterPayload; expiresAtMs: number }>();

  async upsert(id: string, payload: AdapterPayload, expiresInSeconds: number): Promise<void> {
    this.#entries.delete(id);
    this.#entries.set(id, { payload, expiresAtMs: Date.now() + expiresInSeconds * 1000 });
    const oldest = this.#entries.keys().next().value;
    if (this.#entries.size > ENTRIES_MAX && oldest !== undefined) this.#entries.delete(oldest);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const entry = this.#entries.get(id);
    return entry === undefined || entry.expiresAtMs < Date.now() ? undefined : entry.payload;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    for (const [id, { payload }] of this.#entries) if (payload.uid === uid) return this.find(id);
    return undefined;
  }

  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async consume(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id: string): Promise<void> {
    this.#entries.delete(id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [id, { payload }] of this.#entries) if (payload.grantId === grantId) this.#entries.delete(id);
  }
}
