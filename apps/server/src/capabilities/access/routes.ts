import { accessSettingsSchema } from '@strongroom/protocol';
import { z } from 'zod';
import { type Verb, verb } from '#contracts';
import type { Access } from './index.ts';

export function accessRoutes(access: Access): Verb[] {
  return [
    verb({
      name: 'access.show-settings',
      method: 'GET',
      path: '/settings/access',
      summary: 'Whether SQL may run in the workspace',
      permission: 'signed-in',
      audit: null,
      input: z.object({}),
      output: accessSettingsSchema,
      handle: async ({ asker }) => ({ runSql: await access.runSql.get(asker.workspaceId) }),
    }),
    verb({
      name: 'access.change-settings',
      method: 'PUT',
      path: '/settings/access',
      summary: 'Let SQL run in the workspace, or nothing at all',
      permission: 'workspace.manage',
      audit: 'access.settings_changed',
      input: z.object({ body: accessSettingsSchema }),
      output: accessSettingsSchema,
      resource: ({ body }) => (body.runSql ? 'run SQL: on' : 'run SQL: off'),
      handle: async ({ asker, input }) => {
        await access.runSql.set(asker.workspaceId, input.body.runSql);
        return input.body;
      },
    }),
  ];
}
