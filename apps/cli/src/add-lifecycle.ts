import type { Command } from 'commander';
import { group, run, verb } from './verbs.ts';

export function addLifecycle(program: Command): void {
  const erase = group(
    program,
    'erase',
    'Erase for good; prints the certificate, which `verify certificate` checks anywhere',
  );
  for (const [kind, what, description] of [
    ['person', '<person>', 'Somebody: who they are, what they asked, and the audit entries about them'],
    ['source', '<source>', 'A source: its credentials or file, schema and grants'],
    ['question', '<id>', 'An earlier question of your own'],
  ] as const)
    verb(erase, `${kind} ${what}`, description)
      .option('--later', 'let the keys go dark within a day, instead of now; the certificate is pending until then')
      .action((name: string, options: { later?: true }, command: Command) =>
        run(command, async (session) =>
          (await import('./commands/lifecycle/erase.ts')).erase(session, kind, name, options.later === true),
        ),
      );
  verb(erase, 'workspace <name>', 'The whole workspace and all in it; the certificate is printed once')
    .requiredOption('--everything', 'to say that you mean it')
    .action((name: string, _: object, command: Command) =>
      run(command, async (session) =>
        (await import('./commands/lifecycle/erase-workspace.ts')).eraseWorkspace(session, name),
      ),
    );
  verb(erase, 'list', 'What was erased, by id').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/lifecycle/list.ts')).list(session)),
  );
  verb(erase, 'certificate <id>', 'The certificate of an erasure, again').action(
    (id: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/lifecycle/certificate.ts')).certificate(session, id)),
  );
  const about = group(program, 'about-me', 'What is kept about you');
  verb(about, 'show', 'Every field that is kept about people, and why').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/lifecycle/holdings.ts')).holdings(session)),
  );
  verb(about, 'export <file>', 'All of yours, as a zip of JSON and CSV').action(
    (file: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/lifecycle/export.ts')).exportTo(session, file)),
  );
}
