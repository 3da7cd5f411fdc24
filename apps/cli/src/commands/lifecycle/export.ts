import { plainLine } from '../../plain-text.ts';
import type { Session } from '../../session.ts';
import { writeDownload } from '../../write-download.ts';

export async function exportTo(session: Session, file: string): Promise<void> {
  const written = await writeDownload(session, { path: 'me/export', accept: 'application/zip', file });
  if (session.terminal.json) return session.terminal.printJson(written);
  session.terminal.line(`Wrote ${plainLine(file)} (${written.sizeBytes} bytes)`);
}
