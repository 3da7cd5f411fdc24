import { WrongUsage } from '../../failure.ts';
import { plainLine } from '../../plain-text.ts';
import type { Session } from '../../session.ts';
import { writeDownload } from '../../write-download.ts';
import { type LedgerFilter, queryOf } from './filter.ts';

/** Writes the verifiable export, or with `plain` the entries that the filter finds, a line of JSON each. */
export async function exportTo(
  session: Session,
  file: string,
  { plain = false, installation = false, ...filter }: LedgerFilter & { plain?: boolean; installation?: boolean },
): Promise<void> {
  const { terminal } = session;
  const query = queryOf(filter);
  if (!plain && query !== '') throw new WrongUsage('only --plain can leave entries out: nobody could verify the rest');
  if (plain && installation) throw new WrongUsage('the installation’s log is exported whole, or listed');
  const whole = installation ? 'installation/ledger/export' : 'ledger/export';
  const path = plain ? `ledger/export-plain${query}` : whole;
  const written = await writeDownload(session, { path, accept: 'application/x-ndjson', file });
  if (terminal.json) return terminal.printJson(written);
  terminal.line(`Wrote ${plainLine(file)} (${written.sizeBytes} bytes)`);
  if (!plain) terminal.aside(`strongroom verify ledger ${plainLine(file)} checks it anywhere`);
}
