import type { Command } from 'commander';
import type { ModelOptions } from './commands/settings/model.ts';
import { countOrNone, group, oneOf, run, verb } from './verbs.ts';

/** What people may see, and whether anything may run at all. */
export function addPolicy(program: Command): void {
  const policy = group(
    program,
    'policy',
    'Which rows and columns of a source whom are shown, as a file that a person can read',
  );
  verb(policy, 'apply <file>', 'Apply a policy file to the source it names; a wrong one changes nothing').action(
    (file: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/policy/apply.ts')).apply(session, file)),
  );
  verb(
    policy,
    'check <file> <sql>',
    'Show what would run for a person under a policy file, without running or applying it',
  )
    .requiredOption('--as <person>', 'email address of whose view it is')
    .action((file: string, sql: string, options: { as: string }, command: Command) =>
      run(command, async (session) => (await import('./commands/policy/check.ts')).check(session, file, sql, options)),
    );
  verb(policy, 'show <source>', 'Print the policy of a source').action((source: string, _: object, command: Command) =>
    run(command, async (session) => (await import('./commands/policy/show.ts')).show(session, source)),
  );
  verb(policy, 'remove <source>', 'Take it back: whoever may query the source sees all of it').action(
    (source: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/policy/remove.ts')).remove(session, source)),
  );
  const settings = group(program, 'settings', 'What holds for the whole workspace');
  verb(settings, 'show', 'Whether SQL may run, values of questions stay here, and MCP clients get rows').action(
    (_: object, command: Command) =>
      run(command, async (session) => (await import('./commands/settings/show.ts')).show(session)),
  );
  verb(settings, 'model', 'Whether questions may go to the model, to which region, and how many tokens they may use')
    .argument('[state]', 'on or off', oneOf('on', 'off'))
    .option('--region <region>', 'where the model must be, e.g. eu; `any`: wherever it is')
    .option(
      '--tokens-per-day <tokens>',
      'how many all questions may use a day, in UTC; `none` is no limit',
      countOrNone,
    )
    .option('--tokens-per-person-per-day <tokens>', 'how many the questions of one person may use a day', countOrNone)
    .action((state: string | undefined, options: ModelOptions, command: Command) =>
      run(command, async (session) => (await import('./commands/settings/model.ts')).model(session, state, options)),
    );
  verb(settings, 'mcp-rows', 'Let MCP clients have rows, or withhold them')
    .argument('<state>', 'on or off', oneOf('on', 'off'))
    .action((state: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/settings/mcp-rows.ts')).set(session, state === 'on')),
    );
  verb(settings, 'run-sql', 'Let SQL run, or nothing at all')
    .argument('<state>', 'on or off', oneOf('on', 'off'))
    .action((state: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/settings/run-sql.ts')).set(session, state === 'on')),
    );
  verb(settings, 'hold-literals', 'Hold names, numbers, addresses, quoted text and dates of questions back from models')
    .argument('<state>', 'on or off', oneOf('on', 'off'))
    .action((state: string, _: object, command: Command) =>
      run(command, async (session) =>
        (await import('./commands/settings/hold-literals.ts')).set(session, state === 'on'),
      ),
    );
}
