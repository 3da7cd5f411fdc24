import { ledgerEntrySchema, ledgerListInputSchema, ledgerPageSchema } from '@strongroom/protocol';
import { z } from 'zod';
import { type Verb, verb } from '#contracts';
import type { Ledger } from './index.ts';

export function ledgerRoutes(ledger: Ledger): Verb[] {
  return [
    verb({
      name: 'ledger.list',
      method: 'GET',
      path: '/ledger',
      summary: 'Audit entries, newest first',
      permission: 'ledger.read',
      audit: null,
      input: z.object({ query: ledgerListInputSchema }),
      output: ledgerPageSchema,
      handle: ({ asker, input }) => ledger.list(asker.workspaceId, input.query),
    }),
    verb({
      name: 'ledger.get',
      method: 'GET',
      path: '/ledger/{id}',
      summary: 'One audit entry, by the id that its receipt names',
      permission: 'ledger.read',
      audit: null,
      input: z.object({ params: z.object({ id: z.uuid() }) }),
      output: ledgerEntrySchema,
      handle: ({ asker, input }) => ledger.get(asker.workspaceId, input.params.id),
    }),
  ];
}
