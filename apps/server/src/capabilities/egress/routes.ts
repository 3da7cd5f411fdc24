import {
  type EgressSettingsChange,
  egressSettingsChangeSchema,
  egressSettingsSchema,
  settingsSchema,
} from '@strongroom/protocol';
import { z } from 'zod';
import { type Verb, verb } from '#contracts';
import type { Egress } from './index.ts';

/** Where questions may go, for everybody to see. `retention`: how long its provider keeps what it is sent, in words of the operator's. */
type ShownEndpoint = {
  readonly url: string;
  readonly name: string | null;
  readonly region: string | null;
  readonly retention: string | null;
};

/** `endpoint`: null when there is none, and the built-in translator answers. */
export function egressRoutes({ settings }: Pick<Egress, 'settings'>, endpoint: ShownEndpoint | null): Verb[] {
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
        model:
          endpoint === null
            ? null
            : {
                endpoint: new URL(endpoint.url).origin,
                name: endpoint.name,
                region: endpoint.region,
                retention: endpoint.retention,
              },
      }),
    }),
    verb({
      name: 'egress.show-model-settings',
      method: 'GET',
      path: '/settings/model',
      summary: 'Whether questions may go to the model, to which region, and how many tokens they may use a day',
      permission: 'signed-in',
      audit: null,
      input: z.object({}),
      output: egressSettingsSchema,
      handle: ({ asker }) => settings.get(asker.workspaceId),
    }),
    verb({
      name: 'egress.change-model-settings',
      method: 'PUT',
      path: '/settings/model',
      summary:
        'Let questions go to the model or to nobody, pin the region it must be in, and say how many tokens they may use a day',
      permission: 'workspace.manage',
      audit: 'egress.settings_changed',
      input: z.object({ body: egressSettingsChangeSchema }),
      output: egressSettingsSchema,
      resource: ({ body }) => saysChange(body),
      handle: ({ asker, input }) => settings.set(asker.workspaceId, input.body),
    }),
  ];
}

function saysChange({ useModel, region, tokensPerDay, tokensPerPersonPerDay }: EgressSettingsChange): string {
  const said = [
    useModel === undefined ? null : `model: ${useModel ? 'on' : 'off'}`,
    region === undefined ? null : `region: ${region ?? 'any'}`,
    tokensPerDay === undefined ? null : `tokens a day: ${tokensPerDay ?? 'any'}`,
    tokensPerPersonPerDay === undefined ? null : `tokens a day of one person: ${tokensPerPersonPerDay ?? 'any'}`,
  ];
  return said.filter((one) => one !== null).join(', ');
}
