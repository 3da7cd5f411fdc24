import { z } from 'zod';
import type { Asker, Permission, Verb } from '#contracts';
import { verb } from '#contracts';
import {
  attributesInputSchema,
  invitedSchema,
  inviteInputSchema,
  meSchema,
  memberInputSchema,
  personSchema,
  roleInputSchema,
  signInKindSchema,
  teamInputSchema,
  teamSchema,
  tokenCreatedSchema,
  tokenInputSchema,
  tokenSchema,
} from '@strongroom/protocol';
import { changeRole } from './change-role.ts';
import { createToken } from './create-token.ts';
import type { IdentityDeps } from './deps.ts';
import { endSession } from './end-session.ts';
import { identityProblems } from './errors.ts';
import { hasFullAccess, refuseNarrowed } from './full-access.ts';
import { findPerson } from './find-person.ts';
import { invitePerson } from './invite-person.ts';
import { listPeople } from './list-people.ts';
import { listTokens } from './list-tokens.ts';
import { makeSignInLink } from './make-sign-in-link.ts';
import { openPerson, toPerson } from './open-people.ts';
import { removePerson } from './remove-person.ts';
import { revokeToken } from './revoke-token.ts';
import type { TokenReach } from './revoke-token.ts';
import { finishSignIn } from './sign-in/finish-sign-in.ts';
import type { SignIn } from './sign-in/finish-sign-in.ts';
import { setAttributes } from './set-attributes.ts';
import { startSignIn } from './sign-in/start-sign-in.ts';
import { useLink } from './sign-in/use-link.ts';
import { addMember, addTeam, listTeams, removeMember, removeTeam } from './teams.ts';

export type RouteNeeds = {
  readonly permissionsOf: (asker: Asker) => readonly string[];
  readonly allows: (asker: Asker, permission: Permission) => boolean;
  readonly version: string;
};

const byId = z.object({ id: z.string().min(1).max(254) });
const byName = z.object({ name: z.string().min(1).max(100) });

export function listIdentityVerbs(
  deps: IdentityDeps,
  workspace: { id: string; name: string },
  needs: RouteNeeds,
): Verb[] {
  const evaluation = deps.config.issuer === null;
  const mayManageTokens = (asker: Asker) => needs.allows(asker, 'tokens.manage');
  const tokenReach = (asker: Asker): TokenReach =>
    mayManageTokens(asker) ? 'all' : needs.allows(asker, 'own') ? 'own' : 'itself';
  const linkFor = async (asker: Asker, idOrEmail: string) => {
    refuseNarrowed(asker);
    const own = idOrEmail === asker.personId || idOrEmail.toLowerCase() === asker.email;
    if (!own && !needs.allows(asker, 'people.manage')) throw identityProblems.notForOthers();
    const { person: row, ...link } = await makeSignInLink(deps, idOrEmail, asker.personId);
    const person = await openPerson(deps, asker.workspaceId, row);
    if (person === null) throw identityProblems.unknownPerson();
    return { person: toPerson(person), ...link };
  };
  return [
    verb({
      name: 'identity.me',
      method: 'GET',
      path: '/me',
      summary: 'Who you are and what you may do',
      permission: 'signed-in',
      audit: null,
      input: z.object({}),
      output: meSchema,
      handle: async ({ asker }) => ({
        person: toPerson({
          ...(await deps.database.withWorkspace(asker.workspaceId, (within) =>
            findPerson(within, { id: asker.personId }),
          )),
          email: asker.email,
          name: asker.name,
          attributes: { ...asker.attributes },
        }),
        workspace,
        permissions: [...needs.permissionsOf(asker)],
        evaluation,
        version: needs.version,
      }),
    }),
    verb({
      name: 'identity.sign-in-kind',
      method: 'GET',
      path: '/sign-in',
      summary: 'How to sign in here',
      permission: 'public',
      audit: null,
      input: z.object({}),
      output: signInKindSchema,
      handle: async () => ({ evaluation }),
    }),
    verb({
      name: 'identity.sign-out',
      method: 'DELETE',
      path: '/sessions/current',
      summary: 'Sign out; what the session runs stops',
      permission: 'signed-in',
      audit: 'identity.signed_out',
      input: z.object({}),
      output: null,
      handle: async ({ asker, reply }) => endSession(deps, asker, reply),
    }),
    verb({
      name: 'identity.list-people',
      method: 'GET',
      path: '/people',
      summary: 'List the people of the workspace',
      permission: 'people.manage',
      audit: null,
      input: z.object({}),
      output: z.object({ people: z.array(personSchema) }),
      handle: async ({ asker }) => ({ people: await listPeople(deps, asker.workspaceId) }),
    }),
    verb({
      name: 'identity.invite-person',
      method: 'POST',
      path: '/people',
      summary: 'Invite a person',
      permission: 'people.manage',
      audit: 'identity.person_invited',
      input: z.object({ body: inviteInputSchema }),
      output: invitedSchema,
      resource: ({ body }) => body.email,
      handle: async ({ asker, input }) => {
        const person = await invitePerson(deps, asker, input.body);
        return evaluation && hasFullAccess(asker) ? linkFor(asker, person.id) : { person, link: null, expiresAt: null };
      },
    }),
    verb({
      name: 'identity.change-role',
      method: 'PATCH',
      path: '/people/{id}',
      summary: 'Change the role of a person',
      permission: 'people.manage',
      audit: 'identity.role_changed',
      input: z.object({ params: byId, body: roleInputSchema }),
      output: personSchema,
      resource: ({ params }) => params.id,
      handle: async ({ asker, input }) => changeRole(deps, asker, input.params.id, input.body.role),
    }),
    verb({
      name: 'identity.set-attributes',
      method: 'PUT',
      path: '/people/{id}/attributes',
      summary: 'Set what row filters may ask of a person',
      permission: 'people.manage',
      audit: 'identity.attributes_set',
      input: z.object({ params: byId, body: attributesInputSchema }),
      output: personSchema,
      resource: ({ params }) => params.id,
      handle: async ({ asker, input }) => setAttributes(deps, asker, input.params.id, input.body.attributes),
    }),
    verb({
      name: 'identity.remove-person',
      method: 'DELETE',
      path: '/people/{id}',
      summary: 'Remove a person, with sessions and tokens',
      permission: 'people.manage',
      audit: 'identity.person_removed',
      input: z.object({ params: byId }),
      output: null,
      resource: ({ params }) => params.id,
      handle: async ({ asker, input }) => removePerson(deps, asker, input.params.id),
    }),
    verb({
      name: 'identity.link-person',
      method: 'POST',
      path: '/people/{id}:link',
      summary: 'Make a one-time sign-in link for a person (evaluation only)',
      permission: 'people.manage',
      audit: 'identity.link_made',
      input: z.object({ params: byId }),
      output: invitedSchema,
      resource: ({ params }) => params.id,
      handle: async ({ asker, input }) => linkFor(asker, input.params.id),
    }),
    verb({
      name: 'identity.make-sign-in-link',
      method: 'POST',
      path: '/sign-in-links',
      summary: 'Make a one-time sign-in link, for yourself unless an admin names a person (evaluation only)',
      permission: 'own',
      audit: 'identity.link_made',
      input: z.object({ body: z.object({ person: z.string().max(254).optional() }).optional() }),
      output: invitedSchema,
      resource: ({ body }) => body?.person ?? null,
      handle: async ({ asker, input }) => linkFor(asker, input.body?.person ?? asker.personId),
    }),
    verb({
      name: 'identity.list-teams',
      method: 'GET',
      path: '/teams',
      summary: 'List teams and their members',
      permission: 'people.manage',
      audit: null,
      input: z.object({}),
      output: z.object({ teams: z.array(teamSchema) }),
      handle: async ({ asker }) => ({ teams: await listTeams(deps, asker.workspaceId) }),
    }),
    verb({
      name: 'identity.add-team',
      method: 'POST',
      path: '/teams',
      summary: 'Add a team',
      permission: 'people.manage',
      audit: 'identity.team_added',
      input: z.object({ body: teamInputSchema }),
      output: teamSchema,
      resource: ({ body }) => body.name,
      handle: async ({ asker, input }) => addTeam(deps, asker, input.body.name),
    }),
    verb({
      name: 'identity.remove-team',
      method: 'DELETE',
      path: '/teams/{name}',
      summary: 'Remove a team',
      permission: 'people.manage',
      audit: 'identity.team_removed',
      input: z.object({ params: byName }),
      output: null,
      resource: ({ params }) => params.name,
      handle: async ({ asker, input }) => removeTeam(deps, asker, input.params.name),
    }),
    verb({
      name: 'identity.add-member',
      method: 'POST',
      path: '/teams/{name}/members',
      summary: 'Add a person to a team',
      permission: 'people.manage',
      audit: 'identity.member_added',
      input: z.object({ params: byName, body: memberInputSchema }),
      output: teamSchema,
      resource: ({ params, body }) => `${params.name}: ${body.person}`,
      handle: async ({ asker, input }) => addMember(deps, asker, input.params.name, input.body.person),
    }),
    verb({
      name: 'identity.remove-member',
      method: 'DELETE',
      path: '/teams/{name}/members',
      summary: 'Take a person out of a team',
      permission: 'people.manage',
      audit: 'identity.member_removed',
      input: z.object({ params: byName, body: memberInputSchema }),
      output: teamSchema,
      resource: ({ params, body }) => `${params.name}: ${body.person}`,
      handle: async ({ asker, input }) => removeMember(deps, asker, input.params.name, input.body.person),
    }),
    verb({
      name: 'identity.list-tokens',
      method: 'GET',
      path: '/tokens',
      summary:
        'List your tokens; all of them for who manages tokens, itself for a token that opens nothing of your own',
      permission: 'signed-in',
      audit: null,
      input: z.object({}),
      output: z.object({ tokens: z.array(tokenSchema) }),
      handle: async ({ asker }) => ({ tokens: await listTokens(deps, asker, tokenReach(asker)) }),
    }),
    verb({
      name: 'identity.create-token',
      method: 'POST',
      path: '/tokens',
      summary: 'Make a token for yourself, or for somebody else as an admin',
      permission: 'own',
      audit: 'identity.token_created',
      input: z.object({ body: tokenInputSchema }),
      output: tokenCreatedSchema,
      resource: ({ body }) => `${body.name}: ${body.person ?? 'own'}`,
      handle: async ({ asker, input }) => createToken(deps, asker, input.body, mayManageTokens(asker)),
    }),
    verb({
      name: 'identity.revoke-token',
      method: 'DELETE',
      path: '/tokens/{id}',
      summary: 'Revoke a token; what it runs stops',
      permission: 'signed-in',
      audit: 'identity.token_revoked',
      input: z.object({ params: byId }),
      output: null,
      resource: ({ params }) => params.id,
      handle: async ({ asker, input }) => revokeToken(deps, asker, input.params.id, tokenReach(asker)),
    }),
  ];
}

/** What a browser meets on the way to a session; not below `/api/v1`. */
export function signInRoutes(deps: IdentityDeps, signIn: SignIn): Verb[] {
  return [
    verb({
      name: 'identity.start-sign-in',
      method: 'GET',
      path: '/sign-in/start',
      summary: 'Go to the identity provider',
      permission: 'public',
      audit: null,
      input: z.object({}),
      output: null,
      handle: async ({ reply }) => startSignIn(deps, signIn.issuer, signIn.attempts, reply),
    }),
    verb({
      name: 'identity.finish-sign-in',
      method: 'GET',
      path: '/sign-in/callback',
      summary: 'Come back from the identity provider',
      permission: 'public',
      audit: null,
      auditsItself: true,
      input: z.object({}),
      output: null,
      handle: async ({ request, reply }) => finishSignIn(deps, signIn, request, reply),
    }),
    verb({
      name: 'identity.use-link',
      method: 'POST',
      path: '/evaluation/link',
      summary: 'Use a one-time link',
      permission: 'public',
      // Only failures are limited, so that nobody keeps out who shares their address.
      audit: null,
      auditsItself: true,
      input: z.object({ body: z.object({ code: z.string().min(1).max(100) }) }),
      output: null,
      handle: async ({ input, request, reply }) =>
        useLink(deps, signIn.evaluation, signIn.failures, input.body.code, request, reply),
    }),
  ];
}
