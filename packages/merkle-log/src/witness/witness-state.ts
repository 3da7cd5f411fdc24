import { hash, randomBytes } from 'node:crypto';
import { link, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LogError } from '../errors.ts';
import { emptyRoot, hashSizeBytes } from '../tree-hash.ts';
import { flushFolder, makeFolder } from './durable-folder.ts';

/** `turn`: how many were kept before it, of the same log. */
export type Witnessed = { readonly size: number; readonly root: Buffer; readonly turn: number };

/** The last checkpoint signed, by the log's name. */
export type WitnessState = {
  /** null when nothing was signed for that log yet. Throws `merkle-log/bad_state` for a damaged record. */
  read(origin: string): Promise<Witnessed | null>;
  /**
   * Resolves when it is durable. INVARIANT: of each turn only one is kept, whoever else writes to the same place:
   * throws `merkle-log/bad_state` for the others, which must not sign.
   */
  write(origin: string, witnessed: Witnessed): Promise<void>;
};

/**
 * One small file a log in `folder` (0700), its turn in its name: `origin`, size, root. Written aside, flushed, linked
 * where no file may be yet, folder flushed; only then the one before it goes.
 */
export function fileWitnessState(folder: string): WitnessState {
  const nameOf = (origin: string, turn: number): string =>
    join(folder, `${hash('sha256', origin, 'hex').slice(0, 32)}.${turn}.checkpoint`);
  const turnsOf = async (origin: string): Promise<number[]> => {
    const names = await readdir(folder).catch(noneWhenMissing);
    return names
      .map((name) => Number(/^[0-9a-f]{32}\.([0-9]{1,15})\.checkpoint$/.exec(name)?.[1]))
      .filter((turn, at) => !Number.isNaN(turn) && join(folder, names[at] ?? '') === nameOf(origin, turn));
  };
  return {
    async read(origin) {
      const turns = await turnsOf(origin);
      if (turns.length === 0) return null;
      const turn = Math.max(...turns);
      return { ...parse(origin, await readFile(nameOf(origin, turn), 'utf8')), turn };
    },
    async write(origin, { size, root, turn }) {
      await makeFolder(folder);
      const aside = `${nameOf(origin, turn)}.${randomBytes(6).toString('hex')}`;
      try {
        await writeDurably(aside, `${origin}\n${size}\n${root.toString('base64')}\n`);
        await link(aside, nameOf(origin, turn)).catch(otherWasFaster);
      } finally {
        await rm(aside, { force: true });
      }
      await flushFolder(folder);
      // The file of a turn goes only when there is a later one: so where one is, this turn was another's.
      const turns = await turnsOf(origin);
      if (turns.some((other) => other > turn)) throw taken();
      for (const before of turns.filter((other) => other < turn)) await rm(nameOf(origin, before), { force: true });
    },
  };
}

function noneWhenMissing(error: unknown): string[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}

function otherWasFaster(error: unknown): never {
  throw error instanceof Error && 'code' in error && error.code === 'EEXIST' ? taken() : error;
}

function taken(): LogError {
  return new LogError('merkle-log/bad_state', 'another witness writes to the same folder');
}

function parse(expected: string, text: string): Omit<Witnessed, 'turn'> {
  const [origin, size = '', encoded = '', end] = text.split('\n');
  const root = Buffer.from(encoded, 'base64');
  const readable = /^[0-9]{1,16}$/.test(size) && root.length === hashSizeBytes && end === '';
  const isEmpty = Number(size) === 0;
  if (origin !== expected || !readable || (isEmpty && !root.equals(emptyRoot())))
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
