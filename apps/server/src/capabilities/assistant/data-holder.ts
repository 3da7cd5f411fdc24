import type { Asker, DataHolder, ExportedTable } from '#contracts';
import type { History } from './history.ts';
import type { Preferences } from './preferences.ts';

const what = 'question';
const pageSize = 100;

/** Each question and each preference has a key of its own. */
export function assistantHolder(history: History, preferences: Preferences): DataHolder {
  return {
    find: {
      question: async (asker, id) => {
        await history.show(asker, id);
        return { kind: 'question', id, names: [], ownerId: asker.personId };
      },
    },
    objectsOf: async (workspaceId, subject) => {
      if (subject.kind === 'question') return [{ id: subject.id, what }];
      if (subject.kind !== 'person') return [];
      return [
        ...(await history.idsOf(workspaceId, subject.id)).map((id) => ({ id, what })),
        ...(await preferences.idsOf(workspaceId, subject.id)).map((id) => ({ id, what: 'preference' })),
      ];
    },
    forget: async (workspaceId, subject) => {
      if (subject.kind === 'person') {
        await history.forgetPerson(workspaceId, subject.id);
        await preferences.forgetPerson(workspaceId, subject.id);
      }
      if (subject.kind === 'question')
        await history.forgetQuestion({ workspaceId, personId: subject.ownerId }, subject.id);
    },
    exportPerson: (asker) => [
      { name: 'questions', rows: () => questionsOf(history, asker) },
      { name: 'preferences', rows: () => preferencesOf(preferences, asker) },
    ],
  };
}

async function* questionsOf(history: History, asker: Asker): ReturnType<ExportedTable['rows']> {
  let before: string | null = null;
  for (;;) {
    const page: Awaited<ReturnType<History['list']>> = await history.list(asker, { before, limit: pageSize });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    before = last.id;
  }
}

async function* preferencesOf(preferences: Preferences, asker: Asker): ReturnType<ExportedTable['rows']> {
  yield* await preferences.list(asker);
}
