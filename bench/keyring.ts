import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import {
  type Binding,
  commitToKey,
  newKey,
  openBytes,
  openStream,
  sealBytes,
  sealStream,
  unwrapKey,
  wrapKey,
} from '@strongroom/keyring';
import { type Bench, besideBound, type Figure, mediansOf } from './compare.ts';

const PAGE_BYTES = 64 * 1024;
/** Held sealed in memory while it is opened again and again. */
const STREAM_PAGES = 1024;
const STREAMS = 6;
const RECORD_BYTES = 1024;
const RECORDS = 40_000;
/** What was sealed is let go, as when it was written, but for the last of it. */
const RECORDS_KEPT = 1_000;
const RECORDS_PER_SECOND = 60_000;
const ROUNDS = 7;

const binding = { workspaceId: randomUUID(), objectId: randomUUID(), version: 1 };

/**
 * Files beside OpenSSL's own program on one page again and again; records, each with a key of its own, beside a bound.
 * Each side counts the processor's time of the one thread that works, as `openssl speed` does by itself; what the collector
 * of garbage does beside it, on another core, is not in ours.
 */
export const bench: Bench = async function* () {
  const key = newKey();
  const sealed = await collect(sealStream(key, binding, repeated(randomBytes(PAGE_BYTES), STREAM_PAGES)));
  const page = randomBytes(PAGE_BYTES);
  const pages = await mediansOf(ROUNDS, {
    seal: () => bytesPerSecond(() => sealStream(key, binding, repeated(page, STREAM_PAGES))),
    open: () => bytesPerSecond(() => openStream(key, binding, inPieces(sealed))),
    openssl: opensslBytesPerSecond,
  });
  yield besideOpenssl('seal a file', pages.seal, pages.openssl);
  yield besideOpenssl('open a file', pages.open, pages.openssl);

  const records = createRecords();
  const perSecond = await mediansOf(ROUNDS, { seal: async () => records.seal(), open: async () => records.open() });
  yield besideBound('seal 1 KB, a new key each', perSecond.seal, RECORDS_PER_SECOND, 'records/s', 'higher');
  yield besideBound('open 1 KB, a key each', perSecond.open, RECORDS_PER_SECOND, 'records/s', 'higher');
};

function besideOpenssl(name: string, ours: number, openssl: number): Figure {
  const peerName = 'openssl speed, AES-256-GCM, 64 KiB';
  return {
    name,
    ours: ours / 1e6,
    peer: openssl / 1e6,
    peerName,
    ratio: ours / openssl,
    unit: 'MB/s',
    better: 'higher',
  };
}

async function bytesPerSecond(stream: () => AsyncIterable<Uint8Array>): Promise<number> {
  const started = process.threadCpuUsage();
  let bytes = 0;
  for (let turn = 0; turn < STREAMS; turn += 1) for await (const piece of stream()) bytes += piece.length;
  return bytes / secondsSince(started);
}

function secondsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(started);
  return (user + system) / 1e6;
}

/** Of the program that is installed, on one core. Its machine-readable rows are `+F:<number>:<cipher>:<bytes per second>`. */
async function opensslBytesPerSecond(): Promise<number> {
  const options = ['speed', '-evp', 'aes-256-gcm', '-bytes', String(PAGE_BYTES), '-seconds', '1', '-mr'];
  const { stdout } = await promisify(execFile)('openssl', options).catch((error: unknown) => {
    throw new Error('bench/no_openssl: the peer is the program `openssl`, which could not be run: install it', {
      cause: error,
    });
  });
  const [, rate] = /^\+F:\d+:AES-256-GCM:([\d.]+)$/im.exec(stdout) ?? [];
  if (rate === undefined) throw new Error('bench/no_openssl: what `openssl speed` printed is not understood');
  return Number(rate);
}

/** A record as an audit entry is kept: sealed under a key of its own, which is wrapped and committed to. */
function createRecords() {
  const wrapping = newKey();
  const plaintext = randomBytes(RECORD_BYTES);
  const kept = Array.from({ length: RECORDS_KEPT }, () => sealRecord({ ...binding, objectId: randomUUID() }));
  function sealRecord(own: Binding) {
    const key = newKey();
    const sealed = sealBytes(key, own, plaintext);
    return { own, sealed, wrapped: wrapKey(wrapping, key), commitment: commitToKey(key) };
  }
  const perSecond = (work: (at: number) => unknown): number => {
    const started = process.threadCpuUsage();
    for (let turn = 0; turn < RECORDS; turn += 1) work(turn % RECORDS_KEPT);
    return RECORDS / secondsSince(started);
  };
  return {
    seal: () => perSecond((at) => (kept[at] = sealRecord(kept[at]?.own ?? binding))),
    open: () =>
      perSecond((at) => {
        const { own, sealed, wrapped } = kept[at] ?? sealRecord(binding);
        return openBytes(unwrapKey(wrapping, wrapped), own, sealed);
      }),
  };
}

async function* repeated(page: Uint8Array, times: number): AsyncGenerator<Uint8Array> {
  for (let turn = 0; turn < times; turn += 1) yield page;
}

/** As a file is read. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PAGE_BYTES) yield bytes.subarray(at, at + PAGE_BYTES);
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
