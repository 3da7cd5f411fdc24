import type { EgressSettings, EgressSettingsChange } from '@strongroom/protocol';
import { orNull } from '../../or-null.ts';
import type { Session } from '../../session.ts';

export type ModelOptions = {
  region?: string;
  tokensPerDay?: number | 'none';
  tokensPerPersonPerDay?: number | 'none';
};

/** Shows it when nothing is to be changed. */
export async function model({ server, terminal }: Session, state: string | undefined, options: ModelOptions) {
  const { region, tokensPerDay, tokensPerPersonPerDay } = options;
  const change: EgressSettingsChange = {
    ...(state === undefined ? {} : { useModel: state === 'on' }),
    ...(region === undefined ? {} : { region: region === 'any' ? null : region }),
    ...(tokensPerDay === undefined ? {} : { tokensPerDay: orNull(tokensPerDay) }),
    ...(tokensPerPersonPerDay === undefined ? {} : { tokensPerPersonPerDay: orNull(tokensPerPersonPerDay) }),
  };
  const settings =
    Object.keys(change).length === 0
      ? await server.call<EgressSettings>('GET', 'settings/model')
      : await server.call<EgressSettings>('PUT', 'settings/model', { body: change });
  if (terminal.json) return terminal.printJson(settings);
  terminal.line(saysWhere(settings));
  if (settings.tokensPerDay !== null) terminal.line(`all of them use at most ${settings.tokensPerDay} tokens a day`);
  if (settings.tokensPerPersonPerDay !== null)
    terminal.line(`those of one person use at most ${settings.tokensPerPersonPerDay} tokens a day`);
}

function saysWhere({ useModel, region }: EgressSettings): string {
  if (!useModel) return 'no question goes to a model';
  return `questions may go to the model, ${region === null ? 'wherever it is' : `only in the region ${region}`}`;
}
