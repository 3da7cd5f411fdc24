import type { Command } from 'commander';
import type { LimitOptions } from './commands/gateway/limit.ts';
import { WrongUsage } from './failure.ts';
import { append, countOrNone, group, run, verb, wholeNumber } from './verbs.ts';

/** What keys may do at the model gateway, and what it keeps for who wants it. */
export function addGateway(program: Command): void {
  const gateway = group(program, 'gateway', 'A model for programs: OpenAI’s API at /v1, with nothing kept');
  verb(gateway, 'show', 'Where calls go, what keys may do, and what they used this month').action(
    (_: object, command: Command) =>
      run(command, async (session) => (await import('./commands/gateway/show.ts')).show(session)),
  );
  verb(gateway, 'limit <key>', 'Say what a key may do; what you leave out stays as it is, `none` is no limit')
    .option('--model <name>', 'a model that it may use, again for more; none but the default without', append)
    .option('--default-model', 'only the default model, as at first')
    .option('--per-minute <requests>', 'how many requests a minute', countOrNone)
    .option('--tokens-per-day <tokens>', 'how many tokens a day, in UTC', countOrNone)
    .option('--tokens-per-month <tokens>', 'how many tokens a month', countOrNone)
    .action((key: string, options: LimitOptions, command: Command) =>
      run(command, async (session) => (await import('./commands/gateway/limit.ts')).limitKey(session, key, options)),
    );
  verb(gateway, 'limit-person <person>', 'Say how many tokens all keys of a person may use together')
    .option('--tokens-per-day <tokens>', 'how many tokens a day, in UTC; `none` is no limit', countOrNone)
    .option('--tokens-per-month <tokens>', 'how many tokens a month', countOrNone)
    .action((person: string, options: LimitOptions, command: Command) =>
      run(command, async (session) =>
        (await import('./commands/gateway/limit.ts')).limitPerson(session, person, options),
      ),
    );
  verb(gateway, 'keep <key>', 'Keep what is sent by a key of yours for some days, sealed, or nothing of it any more')
    .option('--days <days>', 'for so many', wholeNumber)
    .option('--off', 'nothing, as at first')
    .action((key: string, options: { days?: number; off?: true }, command: Command) => {
      if ((options.days === undefined) !== (options.off === true)) throw new WrongUsage('say --days or --off');
      return run(command, async (session) =>
        (await import('./commands/gateway/keep.ts')).keep(session, key, options.days ?? null),
      );
    });
  const calls = group(gateway, 'calls', 'What was kept of your keys; nobody else can see it');
  verb(calls, 'list', 'The latest, newest first').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/gateway/calls.ts')).list(session)),
  );
  verb(calls, 'forget [id]', 'Destroy one for good')
    .option('--all', 'all of them')
    .action((id: string | undefined, options: { all?: true }, command: Command) => {
      if ((id === undefined) !== (options.all === true)) throw new WrongUsage('name one call, or say --all');
      return run(command, async (session) => (await import('./commands/gateway/calls.ts')).forget(session, id));
    });
}
