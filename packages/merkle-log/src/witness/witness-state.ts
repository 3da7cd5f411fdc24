import { hash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LogError } from '../errors.ts';
import { hashSizeBytes } from '../tree-hash.ts';

export type Witnessed = { readonly size: number; readonly root: Uint8Array };

/** The last checkpoint signed, by the log's name. `write` resolves when it is durable. */
export type WitnessState = {
  /** null when nothing was signed for that log yet. Throws `merkle-log/bad_state` for a damaged record. */
  read(origin: string): Promise<Witnessed | null>;
  write(origin: string, witnessed: Witnessed): Promise<void>;
};

/** One small file a log in `folder` (0700): `origin`, size, root; written aside, flushed, renamed, folder flushed. */
export function fileWitnessState(folder: string): WitnessState {
  const fileOf = (origin: string): string => join(folder, `${hash('sha256', origin, 'hex').slice(0, 32)}.checkpoint`);
  return {
    async read(origin) {
      const text = await readFile(fileOf(origin), 'utf8').catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      });
      return text === null ? null : parse(origin, text);
    },
    async write(origin, { size, root }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = fileOf(origin);
      const aside = `${file}.${randomBytes(6).toString('hex')}`;
      try {
        await writeDurably(aside, `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`);
        await rename(aside, file);
      } catch (error) {
        await rm(aside, { force: true });
        throw error;
      }
      await flushFolder(folder);
    },
  };
}

function parse(expected: string, text: string): Witnessed {
  const [origin, size = '', encoded = '', end] = text.split('\n');
  const root = Buffer.from(encoded, 'base64');
  const readable = /^[0-9]{1,16}$/.test(size) && root.length === hashSizeBytes && end === '';
  if (origin !== expected || !readable)
    throw new LogError('merkle-log/bad_state', 'what the witness remembers of this log is damaged');
  return { size: Number(size), root };
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
