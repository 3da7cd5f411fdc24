import { keyUnavailable } from './errors.ts';

/**
 * One HTTP request to the engine; `path` is relative to its mount, e.g. `keys/strongroom-root`, `body` is JSON text or null.
 * Adds the token, follows no redirect, bounds size and time. May reject: why stays with it.
 */
export type TransitRequest = (
  method: 'GET' | 'POST',
  path: string,
  body: string | null,
) => Promise<{ readonly status: number; readonly body: Uint8Array }>;

/** Versions of a key that exist: 1 to `latest`, of which those below `available` were destroyed (0 or 1: none). */
export type TransitKey = { readonly latest: number; readonly available: number };

/** What we ask of HashiCorp Vault's and OpenBao's transit engine, in their API's words, with every reply parsed. */
export type TransitEngine = {
  /** null when there is no such key. */
  readKey(name: string): Promise<TransitKey | null>;
  /** AES-256-GCM, neither exportable nor deletable; one that is there already stays as it is. */
  createKey(name: string): Promise<void>;
  rotateKey(name: string): Promise<void>;
  /** Destroys all older versions. */
  trimKey(name: string, firstVersion: number): Promise<void>;
  encrypt(name: string, plaintext: Uint8Array, associated: Uint8Array): Promise<string>;
  /** null when the engine refuses: altered, another context, or a version that is no more. */
  decrypt(name: string, ciphertext: string, associated: Uint8Array): Promise<Buffer | null>;
  /** HMAC-SHA-256 under one version of a key; null when the engine refuses that version. */
  hmac(name: string, version: number, input: Uint8Array): Promise<Buffer | null>;
};

const ciphertextPattern = /^vault:v[1-9]\d{0,8}:([A-Za-z0-9+/]{40,400}={0,2})$/;

const replyBytesMax = 256 * 1024;
const hmacPattern = /^vault:v([1-9]\d{0,8}):([A-Za-z0-9+/]{43}=)$/;
const versionMax = 999_999_999;

type Reply =
  | { readonly kind: 'done'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused' }
  | { readonly kind: 'missing' };

/** Whether a text is a ciphertext of an engine, in the one way of writing it: decoders pass over the last character's spare bits. */
export function isCiphertext(text: string): boolean {
  const [, encoded] = ciphertextPattern.exec(text) ?? [];
  return encoded !== undefined && base64(Buffer.from(encoded, 'base64')) === encoded;
}

/**
 * Everything throws `vault/key_unavailable` (503) when the engine does not answer, forbids, is sealed, or answers with something else.
 * INVARIANT: what an engine says never gets into an error: it may quote a token or a key.
 */
export function transitEngine(request: TransitRequest): TransitEngine {
  const call = async (method: 'GET' | 'POST', path: string, body: object | null): Promise<Reply> => {
    const what = path.split('/', 1)[0] ?? '';
    const answer = await request(method, path, body === null ? null : JSON.stringify(body)).catch(() => {
      throw keyUnavailable(`transit ${what}: no answer`);
    });
    if (answer.status === 200) return { kind: 'done', data: dataOf(what, answer.body) };
    if (answer.status === 204) return { kind: 'done', data: {} };
    if (answer.status === 400) return { kind: 'refused' };
    // A mount that is not there is a 404 too, but says so.
    if (answer.status === 404 && saysNothing(answer.body)) return { kind: 'missing' };
    throw keyUnavailable(`transit ${what}: status ${answer.status}`);
  };
  const must = async (
    method: 'GET' | 'POST',
    path: string,
    body: object | null,
  ): Promise<Readonly<Record<string, unknown>>> => {
    const reply = await call(method, path, body);
    if (reply.kind !== 'done') throw keyUnavailable(`transit ${path.split('/', 1)[0]}: ${reply.kind}`);
    return reply.data;
  };

  return {
    readKey: async (name) => {
      const reply = await call('GET', `keys/${name}`, null);
      if (reply.kind === 'missing') return null;
      if (reply.kind === 'refused') throw keyUnavailable('transit keys: refused');
      const latest = versionIn(reply.data, 'latest_version', 1);
      const available = versionIn(reply.data, 'min_available_version', 0);
      if (available > latest) throw badReply('keys');
      return { latest, available };
    },
    createKey: async (name) => {
      await must('POST', `keys/${name}`, { type: 'aes256-gcm96' });
    },
    rotateKey: async (name) => {
      await must('POST', `keys/${name}/rotate`, {});
    },
    trimKey: async (name, firstVersion) => {
      // The engine trims only what may neither encrypt nor decrypt any more.
      await must('POST', `keys/${name}/config`, {
        min_decryption_version: firstVersion,
        min_encryption_version: firstVersion,
      });
      await must('POST', `keys/${name}/trim`, { min_available_version: firstVersion });
    },
    encrypt: async (name, plaintext, associated) => {
      const data = await must('POST', `encrypt/${name}`, {
        plaintext: base64(plaintext),
        associated_data: base64(associated),
      });
      const ciphertext = textIn(data, 'ciphertext', ciphertextPattern);
      if (!isCiphertext(ciphertext)) throw badReply('ciphertext');
      return ciphertext;
    },
    decrypt: async (name, ciphertext, associated) => {
      const reply = await call('POST', `decrypt/${name}`, { ciphertext, associated_data: base64(associated) });
      if (reply.kind !== 'done') return null;
      return Buffer.from(textIn(reply.data, 'plaintext', /^[A-Za-z0-9+/]{1,400}={0,2}$/), 'base64');
    },
    hmac: async (name, version, input) => {
      const reply = await call('POST', `hmac/${name}/sha2-256`, { input: base64(input), key_version: version });
      if (reply.kind !== 'done') return null;
      const [, made, text = ''] = hmacPattern.exec(textIn(reply.data, 'hmac', hmacPattern)) ?? [];
      if (Number(made) !== version) throw badReply('hmac');
      return Buffer.from(text, 'base64');
    },
  };
}

function dataOf(what: string, body: Uint8Array): Readonly<Record<string, unknown>> {
  const reply = parse(body);
  if (!isRecord(reply) || !isRecord(reply['data'])) throw badReply(what);
  return reply['data'];
}

/** A missing key is `{"errors":[]}`. */
function saysNothing(body: Uint8Array): boolean {
  const reply = parse(body);
  return isRecord(reply) && Array.isArray(reply['errors']) && reply['errors'].length === 0;
}

function parse(body: Uint8Array): unknown {
  if (body.length > replyBytesMax) return null;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch {
    return null;
  }
}

function versionIn(data: Readonly<Record<string, unknown>>, name: string, least: number): number {
  const value = data[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > versionMax)
    throw badReply('keys');
  return value;
}

function textIn(data: Readonly<Record<string, unknown>>, name: string, pattern: RegExp): string {
  const value = data[name];
  if (typeof value !== 'string' || !pattern.test(value)) throw badReply(name);
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function badReply(what: string): Error {
  return keyUnavailable(`transit ${what}: not a reply of a transit engine`);
}
