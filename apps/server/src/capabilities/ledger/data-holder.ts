import type { Asker, DataHolder, ExportedTable } from '#contracts';
import type { Ledger } from './index.ts';

const what = 'audit entries';
const pageSize = 500;

/** Entries are closed by destroying the key of whom they name; the entries themselves stay, and so does what was signed. */
export function ledgerHolder(ledger: Ledger): DataHolder {
  return {
    objectsOf: async (workspaceId, { names }) =>
      (await ledger.subjectsNamed(workspaceId, names)).map((id) => ({ id, what })),
    forget: (workspaceId, _, objects) =>
      ledger.forgetSubjects(
        workspaceId,
        objects.filter((object) => object.what === what).map(({ id }) => id),
      ),
    exportPerson: (asker) => [{ name: 'audit-entries', rows: () => entriesOf(ledger, asker) }],
  };
}

/** By the person; the newest first. */
async function* entriesOf(ledger: Ledger, asker: Asker): ReturnType<ExportedTable['rows']> {
  let before: number | undefined;
  for (;;) {
    const page = await ledger.list(asker.workspaceId, { actor: asker.email, before, limit: pageSize });
    for (const entry of page.entries) yield entry;
    if (page.next === null) return;
    before = page.next;
  }
}
