import {
  gatewayLimitsInputSchema,
  gatewayPersonLimitsInputSchema,
  gatewayViewSchema,
  keptCallSchema,
  retentionInputSchema,
} from '@strongroom/protocol';
import { z } from 'zod';
import { type Asker, type Call, type Permission, type Verb, verb } from '#contracts';
import type { RelayPath } from '#egress/relay';
import { BODY_BYTES_MAX } from './admit.ts';
import type { Gateway } from './index.ts';
import { openaiError } from './openai-error.ts';

const byId = z.object({ id: z.uuid() });
const nothing = z.object({});

/** Below `/api/v1`: what keys may do, what was used, and what is kept. */
export function gatewayRoutes(gateway: Gateway, allows: (asker: Asker, permission: Permission) => boolean): Verb[] {
  return [
    verb({
      name: 'gateway.show',
      method: 'GET',
      path: '/gateway',
      summary:
        'Where calls of the gateway go, limits of keys and people, and what they used this month; yours, or all for who manages tokens',
      permission: 'signed-in',
      audit: null,
      input: nothing,
      output: gatewayViewSchema,
      handle: async ({ asker }) => gateway.show(asker, allows(asker, 'tokens.manage')),
    }),
    verb({
      name: 'gateway.set-key-limits',
      method: 'PUT',
      path: '/gateway/keys/{id}',
      summary: 'Set which models a key may use, how often, and for how many tokens',
      permission: 'tokens.manage',
      audit: 'gateway.key_limited',
      input: z.object({ params: byId, body: gatewayLimitsInputSchema }),
      output: null,
      resource: ({ params }) => params.id,
      handle: async ({ asker, input }) => gateway.setKeyLimits(asker, input.params.id, input.body),
    }),
    verb({
      name: 'gateway.set-person-limits',
      method: 'PUT',
      path: '/gateway/people/{person}',
      summary: 'Set how many tokens all keys of a person may use together',
      permission: 'tokens.manage',
      audit: 'gateway.person_limited',
      input: z.object({ params: z.object({ person: z.string().max(254) }), body: gatewayPersonLimitsInputSchema }),
      output: null,
      resource: ({ params }) => params.person,
      handle: async ({ asker, input }) => gateway.setPersonLimits(asker, input.params.person, input.body),
    }),
    verb({
      name: 'gateway.set-retention',
      method: 'PUT',
      path: '/gateway/keys/{id}/retention',
      summary: 'Keep what is sent by a key of yours for some days, sealed; or, as by default, nothing',
      permission: 'own',
      audit: 'gateway.retention_set',
      input: z.object({ params: byId, body: retentionInputSchema }),
      output: null,
      resource: ({ params, body }) => `${params.id}: ${body.days === null ? 'nothing' : `${body.days} days`}`,
      handle: async ({ asker, input }) => gateway.setRetention(asker, input.params.id, input.body.days),
    }),
    verb({
      name: 'gateway.list-calls',
      method: 'GET',
      path: '/gateway/calls',
      summary: 'Your kept calls, the newest first',
      permission: 'own',
      audit: null,
      input: z.object({ query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }) }),
      output: z.object({ calls: z.array(keptCallSchema) }),
      handle: async ({ asker, input }) => ({ calls: await gateway.calls.list(asker, input.query.limit) }),
    }),
    verb({
      name: 'gateway.show-call',
      method: 'GET',
      path: '/gateway/calls/{id}',
      summary: 'Show a kept call of yours',
      permission: 'own',
      audit: null,
      input: z.object({ params: byId }),
      output: keptCallSchema,
      handle: async ({ asker, input }) => gateway.calls.show(asker, input.params.id),
    }),
    verb({
      name: 'gateway.delete-call',
      method: 'DELETE',
      path: '/gateway/calls/{id}',
      summary: 'Delete a kept call of yours: its key is destroyed',
      permission: 'own',
      audit: null,
      auditsItself: true,
      input: z.object({ params: byId }),
      output: null,
      handle: async ({ asker, input }) => gateway.calls.remove(asker, input.params.id),
    }),
    verb({
      name: 'gateway.delete-calls',
      method: 'DELETE',
      path: '/gateway/calls',
      summary: 'Delete all kept calls of yours',
      permission: 'own',
      audit: null,
      auditsItself: true,
      input: nothing,
      output: z.object({ removed: z.int() }),
      handle: async ({ asker }) => gateway.calls.removeAll(asker),
    }),
  ];
}

/** At `/v1`, as clients of OpenAI's protocol call it. */
export function openaiRoutes(gateway: Gateway): Verb[] {
  const common = {
    permission: 'gateway',
    audit: null,
    auditsItself: true,
    auditsRefusals: true,
    admit: (call: Pick<Call<unknown>, 'asker' | 'request' | 'reply'>) => gateway.admit(call),
    problemAs: openaiError,
  } as const;
  const relayed = (name: Verb['name'], path: RelayPath, summary: string): Verb =>
    verb({
      ...common,
      name,
      method: 'POST',
      path: `/v1/${path}`,
      summary,
      takesJsonBytes: true,
      bodyBytesMax: BODY_BYTES_MAX,
      input: nothing,
      output: null,
      handle: (call) => gateway.relay(call, path),
    });
  const refused = (method: 'GET' | 'POST' | 'DELETE'): Verb =>
    verb({
      ...common,
      name: `gateway.refuse-other-${method.toLowerCase()}`,
      method,
      path: '/v1/*',
      summary: 'Refuse what the gateway does not have, and what would make a provider keep something',
      leavesBody: true,
      input: z.object({ params: z.object({ '*': z.string() }) }),
      output: null,
      handle: (call) => gateway.refuseOther(call, call.input.params['*']),
    });
  return [
    relayed('gateway.relay-chat', 'chat/completions', 'Relay a chat to the model, keeping nothing'),
    relayed('gateway.relay-embeddings', 'embeddings', 'Relay texts to be embedded, keeping nothing'),
    relayed('gateway.relay-response', 'responses', 'Relay a request for a response, keeping nothing'),
    verb({
      ...common,
      name: 'gateway.list-models',
      method: 'GET',
      path: '/v1/models',
      summary: 'List the models that the key may use',
      input: nothing,
      output: z.looseObject({}),
      handle: (call) => gateway.listModels(call),
    }),
    verb({
      ...common,
      name: 'gateway.show-model',
      method: 'GET',
      path: '/v1/models/{model}',
      summary: 'Show a model that the key may use',
      input: z.object({ params: z.object({ model: z.string() }) }),
      output: z.looseObject({}),
      handle: (call) => gateway.showModel(call, call.input.params.model),
    }),
    refused('GET'),
    refused('POST'),
    refused('DELETE'),
  ];
}
