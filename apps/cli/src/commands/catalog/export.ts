import { plainLine } from '../../plain-text.ts';
import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

/** As a file that `catalog import` takes. */
export async function exportCatalog({ server, terminal }: Session, source: string): Promise<void> {
  const shown = await server.call<{ source: string; file: string }>('GET', `sources/${segment(source)}/catalog`);
  if (terminal.json) return terminal.printJson(shown);
  for (const line of shown.file.trimEnd().split('\n')) terminal.line(plainLine(line));
}
