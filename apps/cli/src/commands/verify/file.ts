import { resolve } from 'node:path';
import { LogError, verdictOf, verifyFile, type VerifyReport, type VerifyRequest } from '@strongroom/merkle-log';
import { CommandFailure, WrongUsage } from '../../failure.ts';
import { plainLine } from '../../plain-text.ts';
import type { Desk } from '../../session.ts';
import type { Terminal } from '../../terminal.ts';

/** Checks a file that anybody may have written. Fails with what is wrong in it. */
export async function file(
  { terminal, settings }: Desk,
  kind: VerifyRequest['kind'],
  path: string,
  {
    key,
    checkpoint = [],
    promises = [],
    witness = [],
  }: { key?: string; checkpoint?: string[]; promises?: string[]; witness?: string[] },
): Promise<void> {
  if (kind !== 'ledger' && promises.length > 0) throw new WrongUsage('promises are about the log: `verify ledger`');
  const inFolder = (name: string): string => resolve(settings.startFolder, name);
  const report = await verifyFile({
    kind,
    file: inFolder(path),
    key,
    checkpoints: checkpoint.map(inFolder),
    promises: promises.map(inFolder),
    witnesses: witness,
  }).catch((error: unknown) => {
    throw error instanceof LogError ? new CommandFailure(`verify/${kind}_unreadable`, error.message) : error;
  });
  tell(terminal, kind, report, key !== undefined);
}

/** Prints what was checked, or fails with what is wrong. */
export function tell(terminal: Terminal, kind: VerifyRequest['kind'], report: VerifyReport, keyKnown: boolean): void {
  if (terminal.json) terminal.printJson(report);
  if (!report.ok) throw new CommandFailure(`verify/${kind}_altered`, report.problems.join('; '));
  if (terminal.json) return;
  terminal.line(`${verdictOf(report)}: ${plainLine(report.summary)}`);
  for (const line of report.page ?? []) terminal.line(plainLine(line));
  terminal.aside(
    `${keyKnown ? 'Signed by' : 'Signed by the key it names itself; compare with the one you noted:'} ${plainLine(report.key)}`,
  );
}
