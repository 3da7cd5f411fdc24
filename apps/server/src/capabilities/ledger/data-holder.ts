import { type Asker, type DataHolder, type ExportedTable, type HeldObject } from '#contracts';
import { notFound } from './errors.ts';
import type { Ledger } from './index.ts';

const what = 'audit entries';
const pageSize = 500;

/** Entries are closed by destroying the key of whom they name; the entries themselves stay, and so does what was signed. */
export function ledgerHolder(ledger: Ledger): DataHolder {
  return {
    find: {
      // Of somebody who was removed before only these are left.
      person: async (asker, name) => {
        const [id] = await ledger.subjectsNamed(asker.workspaceId, [name]);
        if (id === undefined) throw notFound();
        return { kind: 'person', id, names: [name], ownerId: asker.personId };
      },
    },
    objectsOf: async (workspaceId, { names }) =>
      (await ledger.subjectsNamed(workspaceId, names)).map((id) => ({ id, what })),
    detach: (workspaceId, objects) => ledger.detachSubjects(workspaceId, entriesIn(objects)),
    forget: (workspaceId, _, objects) => ledger.forgetSubjects(workspaceId, entriesIn(objects)),
    exportPerson: (asker) => [{ name: 'audit-entries', rows: () => entriesOf(ledger, asker) }],
  };
}

function entriesIn(objects: readonly HeldObject[]): string[] {
  return objects.filter((object) => object.what === what).map(({ id }) => id);
}

/** By the person; the newest first. By id: an address also finds what others did by a token that the person made, and who had it before. */
async function* entriesOf(ledger: Ledger, asker: Asker): ReturnType<ExportedTable['rows']> {
  let before: number | undefined;
  for (;;) {
    const page = await ledger.list(asker.workspaceId, { actor: asker.personId, before, limit: pageSize });
    for (const entry of page.entries) yield entry;
    if (page.next === null) return;
    before = page.next;
  }
}
