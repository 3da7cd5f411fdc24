import type { PersonHolding } from '@strongroom/protocol';
import { plainLine } from '../../plain-text.ts';
import type { Session } from '../../session.ts';

export async function holdings({ server, terminal }: Session): Promise<void> {
  const { holdings: kept } = await server.call<{ holdings: PersonHolding[] }>('GET', 'holdings');
  if (terminal.json) return terminal.printJson({ holdings: kept });
  for (const { place, what, why, howLong, fields, exported, erased } of kept) {
    terminal.line(plainLine(`${place}: ${what}`));
    terminal.aside(plainLine(`  why: ${why}; how long: ${howLong}; exported: ${exported}; erased: ${erased}`));
    for (const field of fields) terminal.line(plainLine(`  ${field.name}: ${field.what}`));
  }
}
