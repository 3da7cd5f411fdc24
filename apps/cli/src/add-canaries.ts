import type { Command } from 'commander';
import { group, run, verb } from './verbs.ts';

export function addCanaries(program: Command): void {
  const canaries = group(program, 'canaries', 'Tokens planted in rows; what holds one is stopped on its way out');
  verb(canaries, 'plant <name>', 'Make one; its token is shown this once').action(
    (name: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/canaries/plant.ts')).plant(session, name)),
  );
  verb(canaries, 'list', 'Which there are, and how often each was found').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/canaries/list.ts')).list(session)),
  );
  verb(canaries, 'remove <name>', 'Look for it no more').action((name: string, _: object, command: Command) =>
    run(command, async (session) => (await import('./commands/canaries/remove.ts')).remove(session, name)),
  );
}
