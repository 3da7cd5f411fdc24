import { settingsSchema } from '@strongroom/protocol';
import { z } from 'zod';
import { type Verb, verb } from '#contracts';

/** `endpoint`: where questions go, for everybody to see; null when the built-in translator answers. */
export function egressRoutes(endpoint: { readonly url: string; readonly name: string | null } | null): Verb[] {
  return [
    verb({
      name: 'egress.show-settings',
      method: 'GET',
      path: '/settings',
      summary: 'Show which model translates questions, and where it is',
      permission: 'signed-in',
      audit: null,
      input: z.object({}),
      output: settingsSchema,
      handle: async () => ({
        model: endpoint === null ? null : { endpoint: new URL(endpoint.url).origin, name: endpoint.name },
      }),
    }),
  ];
}
