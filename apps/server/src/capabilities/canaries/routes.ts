import { canariesSchema, canaryInputSchema, plantedCanarySchema } from '@strongroom/protocol';
import { z } from 'zod';
import { type Verb, verb } from '#contracts';
import type { Canaries } from './index.ts';

export function canariesRoutes(canaries: Canaries): Verb[] {
  return [
    verb({
      name: 'canaries.list',
      method: 'GET',
      path: '/canaries',
      summary: 'Tokens planted in rows, and how often each was found on its way out',
      permission: 'workspace.manage',
      audit: null,
      input: z.object({}),
      output: canariesSchema,
      handle: async ({ asker }) => ({ canaries: await canaries.list(asker.workspaceId) }),
    }),
    verb({
      name: 'canaries.plant',
      method: 'POST',
      path: '/canaries',
      summary: 'Make a token to plant in rows; it is shown this once, and looked for in everything that leaves',
      permission: 'workspace.manage',
      audit: 'canaries.planted',
      input: z.object({ body: canaryInputSchema }),
      output: plantedCanarySchema,
      resource: ({ body }) => body.name,
      handle: async ({ asker, input }) => canaries.plant(asker, input.body.name),
    }),
    verb({
      name: 'canaries.remove',
      method: 'DELETE',
      path: '/canaries/{name}',
      summary: 'Look for a token no more; its key is destroyed',
      permission: 'workspace.manage',
      audit: 'canaries.removed',
      input: z.object({ params: z.object({ name: z.string().max(100) }) }),
      output: null,
      resource: ({ params }) => params.name,
      handle: async ({ asker, input }) => canaries.remove(asker, input.params.name),
    }),
  ];
}
