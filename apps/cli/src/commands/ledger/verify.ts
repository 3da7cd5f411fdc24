import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LogError, parseVerifierKey, parseWitnessKey, promisesIn, verifyLedger } from '@strongroom/merkle-log';
import { CommandFailure } from '../../failure.ts';
import type { Session } from '../../session.ts';
import { tell } from '../verify/file.ts';

/** The server hands out its log; whether it is whole and untouched is decided here. */
export async function verify(
  { server, terminal, settings }: Session,
  {
    key,
    checkpoint = [],
    promises = [],
    witness = [],
  }: { key?: string; checkpoint?: string[]; promises?: string[]; witness?: string[] },
): Promise<void> {
  const read = (file: string): Promise<string> =>
    readFile(resolve(settings.startFolder, file), 'utf8').catch(() => {
      throw new CommandFailure('cli/no_file', `\`${file}\` can't be read`);
    });
  const held = await Promise.all(checkpoint.map(read));
  const kept = await Promise.all(promises.map(read));
  try {
    // Before the server is asked: an export is an act, and is audited.
    const known = key === undefined ? null : parseVerifierKey(key);
    const witnesses = witness.map(parseWitnessKey);
    const promised = kept.flatMap((text, at) => promisesIn(text, promises[at] ?? ''));
    const response = await server.open('GET', 'ledger/export', { headers: { accept: 'application/x-ndjson' } });
    const report = await verifyLedger(response.body ?? nothing(), { key: known, held, promises: promised, witnesses });
    tell(terminal, 'ledger', report, known !== null);
  } catch (error) {
    throw error instanceof LogError ? new CommandFailure('verify/ledger_unreadable', error.message) : error;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
