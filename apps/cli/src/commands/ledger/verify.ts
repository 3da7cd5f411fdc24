import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LogError, parseVerifierKey, verifyLedger } from '@strongroom/merkle-log';
import { CommandFailure } from '../../failure.ts';
import type { Session } from '../../session.ts';
import { tell } from '../verify/file.ts';

/** The server hands out its log; whether it is whole and untouched is decided here. */
export async function verify(
  { server, terminal, settings }: Session,
  { key, checkpoint = [] }: { key?: string; checkpoint?: string[] },
): Promise<void> {
  const held = await Promise.all(
    checkpoint.map((file) =>
      readFile(resolve(settings.startFolder, file), 'utf8').catch(() => {
        throw new CommandFailure('cli/no_file', `\`${file}\` can't be read`);
      }),
    ),
  );
  try {
    // Before the server is asked: an export is an act, and is audited.
    const known = key === undefined ? null : parseVerifierKey(key);
    const response = await server.open('GET', 'ledger/export', { headers: { accept: 'application/x-ndjson' } });
    tell(terminal, 'ledger', await verifyLedger(response.body ?? nothing(), known, held), known !== null);
  } catch (error) {
    throw error instanceof LogError ? new CommandFailure('verify/ledger_unreadable', error.message) : error;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
