import { resolve } from 'node:path';

export type Settings = {
  /** `STRONGROOM_URL`, else null: the server of `home`. */
  readonly url: string | null;
  readonly token: string | null;
  readonly home: string;
  /** Where a person's relative paths start: npm changes the working folder and says where it was. */
  readonly startFolder: string;
  readonly colour: boolean;
  /** File that keeps what the server promises of its audit log; null keeps none. */
  readonly promises: string | null;
};

/** The only place that reads the environment. An empty variable counts as absent. */
export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): Settings {
  const pathOf = (name: string | null): string | null =>
    name === null ? null : resolve(get('INIT_CWD') ?? process.cwd(), name);
  const get = (name: string): string | null => environment[name]?.trim() || null;
  return {
    url: get('STRONGROOM_URL'),
    token: get('STRONGROOM_TOKEN'),
    home: resolve(get('STRONGROOM_HOME') ?? '.strongroom'),
    startFolder: get('INIT_CWD') ?? process.cwd(),
    promises: pathOf(get('STRONGROOM_PROMISES')),
    colour: get('NO_COLOR') === null && get('TERM') !== 'dumb' && process.stdout.isTTY === true,
  };
}
