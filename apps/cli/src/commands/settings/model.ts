import type { EgressSettings } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

/** Shows it when nothing is to be changed. */
export async function model({ server, terminal }: Session, state?: string, region?: string): Promise<void> {
  let settings = await server.call<EgressSettings>('GET', 'settings/model');
  if (state !== undefined || region !== undefined)
    settings = await server.call<EgressSettings>('PUT', 'settings/model', {
      body: {
        useModel: state === undefined ? settings.useModel : state === 'on',
        region: region === undefined ? settings.region : region === 'any' ? null : region,
      },
    });
  if (terminal.json) return terminal.printJson(settings);
  const where = settings.region === null ? 'wherever it is' : `only in the region ${settings.region}`;
  terminal.line(settings.useModel ? `questions may go to the model, ${where}` : 'no question goes to a model');
}
