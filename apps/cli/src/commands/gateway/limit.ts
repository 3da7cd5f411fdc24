import { orNull } from '../../or-null.ts';
import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export type LimitOptions = {
  model?: string[];
  defaultModel?: true;
  perMinute?: number | 'none';
  tokensPerDay?: number | 'none';
  tokensPerMonth?: number | 'none';
};

export async function limitKey(session: Session, key: string, options: LimitOptions): Promise<void> {
  const { model, defaultModel, perMinute } = options;
  const models = defaultModel === true ? null : model;
  await set(session, `gateway/keys/${segment(key)}`, {
    ...(models === undefined ? {} : { models }),
    ...(perMinute === undefined ? {} : { requestsPerMinute: orNull(perMinute) }),
    ...tokensOf(options),
  });
}

export async function limitPerson(session: Session, person: string, options: LimitOptions): Promise<void> {
  await set(session, `gateway/people/${segment(person)}`, tokensOf(options));
}

function tokensOf({ tokensPerDay, tokensPerMonth }: LimitOptions): object {
  return {
    ...(tokensPerDay === undefined ? {} : { tokensPerDay: orNull(tokensPerDay) }),
    ...(tokensPerMonth === undefined ? {} : { tokensPerMonth: orNull(tokensPerMonth) }),
  };
}

async function set({ server, terminal }: Session, path: string, body: object): Promise<void> {
  await server.call('PUT', path, { body });
  if (terminal.json) terminal.printJson(body);
  else terminal.aside('it holds from now on');
}
