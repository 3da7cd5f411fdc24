import {
  appliedPolicySchema,
  leaseRenewalInputSchema,
  leaseRenewalSchema,
  leaseSchema,
  policyCheckInputSchema,
  policyCheckSchema,
  policyInputSchema,
  queryInputSchema,
  shownPolicySchema,
} from '@strongroom/protocol';
import { z } from 'zod';
import { sourceNamedIn } from '#access';
import { type Verb, verb } from '#contracts';
import type { Query } from './index.ts';
import { ANSWERS, sendAnswer } from './send-answer.ts';

const byLease = z.object({ lease: z.uuid() });
const bySource = z.object({ source: z.string().max(100) });
/** A policy's text, and SQL beside it, as JSON. */
const POLICY_BYTES_MAX = 1024 * 1024;

export function queryRoutes(query: Query): Verb[] {
  return [
    verb({
      name: 'query.run',
      method: 'POST',
      path: '/sources/{source}/query',
      summary: 'Run one SELECT on a source, under your rights',
      permission: 'ask',
      // Finer than the gate could: query.released before the first row, query.completed after the last, query.refused.
      audit: null,
      auditsItself: true,
      input: z.object({ params: bySource, body: queryInputSchema }),
      output: null,
      answers: ANSWERS,
      resource: (input) => input.params.source,
      handle: async (call) => {
        const { source } = call.input.params;
        return sendAnswer(call, (reader) => query.run(call.asker, { source, ...call.input.body, ...reader }));
      },
    }),
    verb({
      name: 'query.open-lease',
      method: 'POST',
      path: '/leases',
      summary: 'Say that you are there for an answer, before you ask; what names the lease ends when it lapses',
      permission: 'ask',
      audit: null,
      isHeartbeat: true,
      input: z.object({}),
      output: leaseSchema,
      handle: ({ asker }) => query.leases.open(asker),
    }),
    verb({
      name: 'query.renew-lease',
      method: 'PUT',
      path: '/leases/{lease}',
      summary: 'Say that you are still there, and learn which of the answers you show are yours to see no more',
      permission: 'ask',
      audit: null,
      isHeartbeat: true,
      input: z.object({ params: byLease, body: leaseRenewalInputSchema.optional() }),
      output: leaseRenewalSchema,
      handle: ({ asker, input }) => query.leases.renew(asker, input.params.lease, input.body?.shown ?? []),
    }),
    verb({
      name: 'query.end-lease',
      method: 'DELETE',
      path: '/leases/{lease}',
      summary: 'Say that you are gone: what names the lease is cancelled in its source',
      permission: 'ask',
      audit: null,
      isHeartbeat: true,
      input: z.object({ params: byLease }),
      output: null,
      handle: ({ asker, input }) => query.leases.end(asker, input.params.lease),
    }),
    verb({
      name: 'query.apply-policy',
      method: 'POST',
      path: '/policies:apply',
      summary: 'Apply a policy file to the source it names: which rows and columns whom are shown',
      permission: 'sources.manage',
      audit: 'query.policy_applied',
      bodyBytesMax: POLICY_BYTES_MAX,
      input: z.object({ body: policyInputSchema }),
      output: appliedPolicySchema,
      resource: ({ body }) => sourceNamedIn(body.policy),
      handle: async ({ asker, input }) => query.policies.apply(asker, input.body.policy),
    }),
    verb({
      name: 'query.check-policy',
      method: 'POST',
      path: '/policies:check',
      summary: 'Show what would run for a person under a policy file, without running or applying it',
      permission: 'sources.manage',
      audit: 'query.policy_checked',
      bodyBytesMax: POLICY_BYTES_MAX,
      input: z.object({ body: policyCheckInputSchema }),
      output: policyCheckSchema,
      resource: ({ body }) => sourceNamedIn(body.policy),
      handle: async ({ asker, input }) => query.policies.check(asker, input.body),
    }),
    verb({
      name: 'query.show-policy',
      method: 'GET',
      path: '/policies/{source}',
      summary: 'Show the policy of a source as a file',
      permission: 'sources.manage',
      audit: null,
      input: z.object({ params: bySource }),
      output: shownPolicySchema,
      resource: ({ params }) => params.source,
      handle: async ({ asker, input }) => query.policies.show(asker, input.params.source),
    }),
    verb({
      name: 'query.remove-policy',
      method: 'DELETE',
      path: '/policies/{source}',
      summary: 'Take back the policy of a source: whoever may query it sees all of it',
      permission: 'sources.manage',
      audit: 'query.policy_removed',
      input: z.object({ params: bySource }),
      output: null,
      resource: ({ params }) => params.source,
      handle: async ({ asker, input }) => query.policies.remove(asker, input.params.source),
    }),
  ];
}
