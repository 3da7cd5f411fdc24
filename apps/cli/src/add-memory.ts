import type { Command } from 'commander';
import { WrongUsage } from './failure.ts';
import { group, run, verb } from './verbs.ts';

/** What is the person's own: their earlier questions, and what they want remembered. */
export function addMemory(program: Command): void {
  const questions = group(program, 'questions', 'What you asked earlier; nobody else can see it');
  verb(questions, 'list', 'The latest, newest first').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/questions/list.ts')).list(session)),
  );
  verb(questions, 'receipt <id>', 'What was sent to a model for it; `verify receipt` checks what this prints').action(
    (id: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/questions/receipt.ts')).receipt(session, id)),
  );
  verb(questions, 'forget [id]', 'Destroy one for good')
    .option('--all', 'all of them')
    .action((id: string | undefined, options: { all?: true }, command: Command) => {
      if ((id === undefined) !== (options.all === true)) throw new WrongUsage('name one question, or say --all');
      return run(command, async (session) => (await import('./commands/questions/forget.ts')).forget(session, id));
    });
  const memory = group(program, 'memory', 'What you want every translation by a model to heed; nobody else can see it');
  verb(memory, 'list', 'All of it').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/memory/list.ts')).list(session)),
  );
  verb(memory, 'add <text>', 'Remember something, e.g. "always show delays in hours"').action(
    (text: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/memory/add.ts')).add(session, text)),
  );
  verb(memory, 'remove [id]', 'Destroy one for good')
    .option('--all', 'all of it')
    .action((id: string | undefined, options: { all?: true }, command: Command) => {
      if ((id === undefined) !== (options.all === true)) throw new WrongUsage('name one preference, or say --all');
      return run(command, async (session) => (await import('./commands/memory/remove.ts')).remove(session, id));
    });
}
