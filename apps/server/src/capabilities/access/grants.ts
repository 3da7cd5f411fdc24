import type { Asker } from '#contracts';
import type { Database } from '#platform/database';
import { subjectUnknown } from './errors.ts';
import type { Viewer } from './policies.ts';
import { deleteGrant, deleteGrantsOf, insertGrant, selectGrants, type Subject } from './store.ts';

/** What access needs to know of people and teams: their ids and names. */
export type Directory = {
  personByEmail(workspaceId: string, email: string): Promise<{ id: string } | null>;
  subjectByEmail(workspaceId: string, email: string): Promise<(Viewer & Pick<Asker, 'role'>) | null>;
  teamByName(workspaceId: string, name: string): Promise<{ id: string } | null>;
  /** Names by id; those that are gone are missing. */
  namesOf(
    workspaceId: string,
    subjects: { people: readonly string[]; teams: readonly string[] },
  ): Promise<ReadonlyMap<string, string>>;
};

export type Grants = {
  /** `subject`: `everyone`, `person:EMAIL` or `team:NAME`. Throws `access/subject_unknown` (404). Granting twice is granting once. */
  grant(asker: Pick<Asker, 'workspaceId' | 'personId'>, sourceId: string, subject: string): Promise<void>;
  revoke(asker: Pick<Asker, 'workspaceId'>, sourceId: string, subject: string): Promise<void>;
  /** As `grant` takes them, in the order granted. */
  list(workspaceId: string, sourceId: string): Promise<string[]>;
  /** When a source is removed. */
  forget(workspaceId: string, sourceId: string): Promise<void>;
  /** When a person or team is removed. */
  forgetSubject(workspaceId: string, subject: Subject): Promise<void>;
};

/** `subject`: as `Grants` takes it. Throws `access/subject_unknown` (404). */
export async function resolveSubject(
  directory: Pick<Directory, 'personByEmail' | 'teamByName'>,
  workspaceId: string,
  subject: string,
): Promise<Subject> {
  if (subject === 'everyone') return { kind: 'everyone', id: workspaceId };
  const kind = subject.startsWith('person:') ? 'person' : 'team';
  const name = subject.slice(subject.indexOf(':') + 1);
  const found =
    kind === 'person'
      ? await directory.personByEmail(workspaceId, name.toLowerCase())
      : await directory.teamByName(workspaceId, name);
  if (found === null) throw subjectUnknown(subject);
  return { kind, id: found.id };
}

export function createGrants({ database, directory }: { database: Database; directory: Directory }): Grants {
  const resolve = (workspaceId: string, subject: string): Promise<Subject> =>
    resolveSubject(directory, workspaceId, subject);
  return {
    async grant({ workspaceId, personId }, sourceId, name) {
      const subject = await resolve(workspaceId, name);
      await database.withWorkspace(workspaceId, (transaction) =>
        insertGrant(transaction, { workspaceId, sourceId, subject, grantedBy: personId }),
      );
    },
    async revoke({ workspaceId }, sourceId, name) {
      const subject = await resolve(workspaceId, name);
      await database.withWorkspace(workspaceId, (transaction) =>
        deleteGrant(transaction, workspaceId, sourceId, subject),
      );
    },
    async list(workspaceId, sourceId) {
      const subjects = await database.withWorkspace(workspaceId, (transaction) =>
        selectGrants(transaction, workspaceId, sourceId),
      );
      const ids = (kind: Subject['kind']) =>
        subjects.filter((subject) => subject.kind === kind).map((subject) => subject.id);
      const names = await directory.namesOf(workspaceId, { people: ids('person'), teams: ids('team') });
      return subjects.flatMap(({ kind, id }) => {
        const name = names.get(id);
        if (kind === 'everyone') return ['everyone'];
        return name === undefined ? [] : [`${kind}:${name}`];
      });
    },
    forget: (workspaceId, sourceId) =>
      database.withWorkspace(workspaceId, (transaction) => deleteGrantsOf(transaction, workspaceId, { sourceId })),
    forgetSubject: (workspaceId, subject) =>
      database.withWorkspace(workspaceId, (transaction) => deleteGrantsOf(transaction, workspaceId, { subject })),
  };
}
