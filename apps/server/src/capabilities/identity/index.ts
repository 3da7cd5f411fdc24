import type { FastifyRequest } from 'fastify';
import type { Asker, DataHolder, Verb } from '#contracts';
import type { EndedAccess, GateIdentity, Mount } from '#platform/http';
import { createShortMemory, forgetting } from '#platform/memory';
import { ADMITTED_MS, type Admitted, authenticate } from './authenticate.ts';
import type { IdentityDeps, IdentityNeeds, RemovedSubject } from './deps.ts';
import { identityHolder } from './data-holder.ts';
import { eraseEnded } from './erase.ts';
import { createEvaluation } from './evaluation/evaluation.ts';
import { issueLocalToken } from './issue-local-token.ts';
import { makeSignInLink } from './make-sign-in-link.ts';
import { openPeople, openPerson } from './open-people.ts';
import { emailIndex } from './person-index.ts';
import { listIdentityVerbs, signInRoutes } from './routes.ts';
import type { RouteNeeds } from './routes.ts';
import { setUpWorkspace } from './set-up-workspace.ts';
import { selectTokenOwner } from './secret-store.ts';
import { createAttempts } from './sign-in/attempts.ts';
import { createFailures } from './sign-in/failures.ts';
import { createIssuer } from './sign-in/issuer.ts';
import { selectFirstAdmin, selectPeopleByIds, selectPersonByEmail, selectTeam, selectTeamNames } from './store.ts';

export type Identity = GateIdentity & {
  readonly workspaceName: string;
  authenticate(request: FastifyRequest, isUse?: boolean): Promise<Asker | null>;
  /** Called when somebody signs out, a token is revoked or a person is removed; the gate then aborts what they run. */
  onSessionEnded(listener: (ended: EndedAccess) => void): void;
  /** Called after a person or a team is removed, so that what was shared with them is forgotten. */
  onSubjectRemoved(listener: (workspaceId: string, subject: RemovedSubject) => Promise<void>): void;
  /** Ids and names of people and teams, for rooms that keep ids. */
  readonly directory: Directory;
  /** Writes `$STRONGROOM_HOME/admin.token` anew, or removes it; resolves with a one-time link for the start, null with an issuer. Once the server listens. */
  issueLocalAccess(): Promise<string | null>;
  /** Whoever has administered the workspace longest; null while nobody does. */
  firstAdministrator(): Promise<{ id: string; email: string; name: string } | null>;
  /** Destroys the keys of tokens that have expired, and finishes removals that were cut short. Once all listen for removed subjects. */
  sweep(): Promise<void>;
  readonly holder: DataHolder;
  /** Below `/api/v1`; `identityRoutes` gives them. */
  readonly deps: IdentityDeps;
  /** `/sign-in/start`, `/sign-in/callback`, `/evaluation/link`. */
  readonly rootRoutes: Verb[];
  /** The evaluation identity provider, or nothing. */
  readonly mounts: Mount[];
};

export type Directory = {
  personByEmail(workspaceId: string, email: string): Promise<{ id: string } | null>;
  /** For deciding what this person may see, as if they asked. */
  subjectByEmail(
    workspaceId: string,
    email: string,
  ): Promise<Pick<Asker, 'workspaceId' | 'personId' | 'email' | 'name' | 'role' | 'teams' | 'attributes'> | null>;
  /** Whose an API token is that is good; null for any other. `id` is a UUID. */
  tokenById(workspaceId: string, id: string): Promise<{ personId: string } | null>;
  teamByName(workspaceId: string, name: string): Promise<{ id: string } | null>;
  /** Email addresses and team names by id; those that are gone are missing. */
  namesOf(
    workspaceId: string,
    subjects: { people: readonly string[]; teams: readonly string[] },
  ): Promise<ReadonlyMap<string, string>>;
};

/** Sets up the workspace `main` and its first administrator at the first start. */
export async function createIdentity(needs: IdentityNeeds): Promise<Identity> {
  const workspace = await setUpWorkspace(needs);
  const listeners = new Set<(ended: EndedAccess) => void>();
  const removedListeners = new Set<(workspaceId: string, subject: RemovedSubject) => Promise<void>>();
  const admitted = createShortMemory<Admitted | null>(
    { keptMs: ADMITTED_MS, clock: needs.clock },
    (one) => one !== null,
  );
  const deps: IdentityDeps = {
    ...needs,
    database: forgetting(needs.database, admitted),
    workspaceId: workspace.id,
    sessionEnded: (ended) => {
      for (const listener of listeners) listener(ended);
    },
    subjectRemoved: async (subject) => {
      for (const listener of removedListeners) await listener(workspace.id, subject);
    },
  };
  const evaluation = needs.config.issuer === null ? createEvaluation(deps) : null;
  const issuer = createIssuer(deps, evaluation);
  return {
    workspaceId: workspace.id,
    workspaceName: workspace.name,
    authenticate: (request, isUse = true) =>
      authenticate({ ...deps, database: needs.database, admitted }, request, isUse),
    onSessionEnded: (listener) => void listeners.add(listener),
    onSubjectRemoved: (listener) => void removedListeners.add(listener),
    directory: directoryOf(needs),
    async issueLocalAccess() {
      const personId = await issueLocalToken(deps);
      return personId === null ? null : (await makeSignInLink(deps, personId, null)).link;
    },
    firstAdministrator: async () =>
      openPerson(
        needs,
        workspace.id,
        await needs.database.withWorkspace(workspace.id, (within) => selectFirstAdmin(within, { local: true })),
      ),
    sweep: () => eraseEnded(deps),
    holder: identityHolder(deps),
    deps,
    rootRoutes: signInRoutes(deps, {
      issuer,
      attempts: createAttempts(needs.clock),
      failures: createFailures(needs.clock),
      evaluation,
    }),
    mounts: evaluation === null ? [] : [evaluation.mount],
  };
}

function directoryOf(needs: Pick<IdentityNeeds, 'database' | 'sealer' | 'clock'>): Directory {
  const { database } = needs;
  return {
    personByEmail: async (workspaceId, email) => {
      const index = await emailIndex(needs, workspaceId, email);
      return database.withWorkspace(workspaceId, async (within) => (await selectPersonByEmail(within, index)) ?? null);
    },
    subjectByEmail: async (workspaceId, email) => {
      const index = await emailIndex(needs, workspaceId, email);
      const row = await database.withWorkspace(workspaceId, (within) => selectPersonByEmail(within, index));
      const person = await openPerson(needs, workspaceId, row);
      if (person === null) return null;
      const { id: personId, name, role, team_ids: teams, attributes } = person;
      return { workspaceId, personId, email: person.email, name, role, teams, attributes };
    },
    tokenById: (workspaceId, id) =>
      database.withWorkspace(workspaceId, (within) => selectTokenOwner(within, needs.clock.now(), id)),
    teamByName: (workspaceId, name) =>
      database.withWorkspace(workspaceId, async (within) => (await selectTeam(within, name)) ?? null),
    namesOf: async (workspaceId, subjects) => {
      const { people, teams } = await database.withWorkspace(workspaceId, async (within) => ({
        people: await selectPeopleByIds(within, subjects.people),
        teams: await selectTeamNames(within, subjects.teams),
      }));
      const opened = await openPeople(needs, workspaceId, people);
      return new Map([
        ...opened.map(({ id, email }) => [id, email] as const),
        ...teams.map(({ id, name }) => [id, name] as const),
      ]);
    },
  };
}

/** `permissionsOf` and `allows` are those of `access`, which is built after identity. */
export function identityRoutes(identity: Identity, needs: RouteNeeds): Verb[] {
  return listIdentityVerbs(identity.deps, { id: identity.workspaceId, name: identity.workspaceName }, needs);
}

export { migrations } from './migrations.ts';
export { holdings } from './holdings.ts';
export type { IdentityNeeds } from './deps.ts';
