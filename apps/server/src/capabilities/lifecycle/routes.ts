import { Readable } from 'node:stream';
import { erasureSchema, personHoldingSchema } from '@strongroom/protocol';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type Asker, type ErasedKind, installationId, type Verb, verb } from '#contracts';
import type { Lifecycle } from './index.ts';

const JSON_TEXT = 'application/json';
const ZIP = 'application/zip';
const body = z.object({ when: z.enum(['now', 'later']).default('now') });
const certificate = { schema: z.string(), mediaTypes: [JSON_TEXT] };

type Kind = Exclude<ErasedKind, 'workspace'>;

export function lifecycleRoutes(lifecycle: Lifecycle): Verb[] {
  // As text: a certificate is checked byte for byte.
  const reply = async (to: FastifyReply, workspaceId: string, id: string) =>
    to
      .header('cache-control', 'no-store')
      .type(JSON_TEXT)
      .send(await lifecycle.certify(workspaceId, id));
  const erase = async (to: FastifyReply, asker: Asker, kind: Kind, name: string, when: 'now' | 'later') =>
    reply(to, asker.workspaceId, (await lifecycle.erase(asker, kind, name, when)).id);
  return [
    verb({
      name: 'lifecycle.erase-person',
      method: 'POST',
      path: '/people/{id}:erase',
      summary:
        'Erase a person: what they asked, who they are, and the audit entries about them; answers the certificate',
      permission: 'people.manage',
      audit: null,
      auditsItself: true,
      input: z.object({ params: z.object({ id: z.string().min(1).max(320) }), body }),
      output: null,
      answers: certificate,
      handle: ({ asker, input, reply: to }) => erase(to, asker, 'person', input.params.id, input.body.when),
    }),
    verb({
      name: 'lifecycle.erase-source',
      method: 'POST',
      path: '/sources/{source}:erase',
      summary: 'Erase a source: its credentials or file, schema and grants; answers the certificate',
      permission: 'sources.manage',
      audit: null,
      auditsItself: true,
      input: z.object({ params: z.object({ source: z.string().min(1).max(200) }), body }),
      output: null,
      answers: certificate,
      handle: ({ asker, input, reply: to }) => erase(to, asker, 'source', input.params.source, input.body.when),
    }),
    verb({
      name: 'lifecycle.erase-question',
      method: 'POST',
      path: '/questions/{id}:erase',
      summary: 'Erase an earlier question of your own; answers the certificate',
      permission: 'own',
      audit: null,
      auditsItself: true,
      input: z.object({ params: z.object({ id: z.uuid() }), body }),
      output: null,
      answers: certificate,
      handle: ({ asker, input, reply: to }) => erase(to, asker, 'question', input.params.id, input.body.when),
    }),
    verb({
      name: 'lifecycle.erase-workspace',
      method: 'POST',
      path: '/workspace:erase',
      summary: 'Erase the whole workspace, which `name` has to repeat; answers the certificate, once',
      permission: 'workspace.manage',
      audit: null,
      auditsItself: true,
      input: z.object({ body: z.object({ name: z.string().max(200) }) }),
      output: null,
      answers: certificate,
      handle: async ({ asker, input, reply: to }) => {
        const { id } = await lifecycle.eraseWorkspace(asker, input.body.name);
        return reply(to, installationId, id);
      },
    }),
    verb({
      name: 'lifecycle.list-erasures',
      method: 'GET',
      path: '/erasures',
      summary: 'What was erased, by id; the newest first',
      permission: 'ledger.read',
      audit: null,
      input: z.object({}),
      output: z.object({ erasures: z.array(erasureSchema) }),
      handle: async ({ asker }) => ({ erasures: await lifecycle.listErasures(asker.workspaceId) }),
    }),
    verb({
      name: 'lifecycle.certify',
      method: 'GET',
      path: '/erasures/{id}',
      summary: 'The certificate of an erasure',
      permission: 'ledger.read',
      audit: null,
      input: z.object({ params: z.object({ id: z.uuid() }) }),
      output: null,
      answers: certificate,
      handle: ({ asker, input, reply: to }) => reply(to, asker.workspaceId, input.params.id),
    }),
    verb({
      name: 'lifecycle.list-holdings',
      method: 'GET',
      path: '/holdings',
      summary: 'Every field that is kept about people: why, how long, and how it leaves',
      permission: 'signed-in',
      audit: null,
      input: z.object({}),
      output: z.object({ holdings: z.array(personHoldingSchema) }),
      handle: async () => ({ holdings: [...lifecycle.listHoldings()] }),
    }),
    verb({
      name: 'lifecycle.export-person',
      method: 'GET',
      path: '/me/export',
      summary: 'All that is kept about you, as a zip of JSON and CSV',
      permission: 'own',
      audit: null,
      auditsItself: true,
      input: z.object({}),
      output: null,
      answers: { schema: z.string(), mediaTypes: [ZIP] },
      handle: async ({ asker, reply: to }) =>
        to
          .header('cache-control', 'no-store')
          .header('content-disposition', 'attachment; filename="strongroom-about-me.zip"')
          .type(ZIP)
          .send(Readable.from(lifecycle.exportPerson(asker), { objectMode: false })),
    }),
  ];
}
