import type { Imported } from '@strongroom/protocol';
import { readText } from '../../read-text.ts';
import type { Session } from '../../session.ts';

export async function importCatalog(
  session: Session,
  path: string,
  { dryRun = false }: { dryRun?: boolean },
): Promise<void> {
  const { server, terminal } = session;
  const body = { file: await readText(session, path), dryRun };
  const { source, changes } = await server.call<Imported>('POST', 'catalog:import', { body });
  if (terminal.json) return terminal.printJson({ source, dryRun, changes });
  if (changes.length === 0) return terminal.aside(`${source} says all of it already`);
  const columns = [{ title: 'of' }, { title: 'what' }, { title: 'before' }, { title: 'after' }];
  terminal.table(
    columns,
    changes.map(({ on, member, before, after }) => [on, member, before, after]),
  );
  const times = changes.length === 1 ? 'one change' : `${changes.length} changes`;
  terminal.aside(dryRun ? `${times}; nothing was written` : `${times} written`);
}
