import type { Command } from 'commander';
import { group, run, verb } from './verbs.ts';

export function addVault(program: Command): void {
  const vault = group(program, 'vault', 'The keys');
  verb(vault, 'show', 'Who holds them, how many there are, which destructions are not final').action(
    (_: object, command: Command) =>
      run(command, async (session) => (await import('./commands/vault/show.ts')).show(session)),
  );
  verb(vault, 'drill', 'Rehearse a rotation on a shadow: does every key open, and how long does it take').action(
    (_: object, command: Command) =>
      run(command, async (session) => (await import('./commands/vault/drill.ts')).drill(session)),
  );
  verb(vault, 'rotate-key', 'A new workspace key, while everything goes on').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/vault/rotate-key.ts')).rotateKey(session)),
  );
  verb(vault, 'rotate-root', 'A new root key in the key holder').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/vault/rotate-root.ts')).rotateRoot(session)),
  );
  verb(vault, 'end-epochs', 'Make pending destructions of keys final now').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/vault/end-epochs.ts')).endEpochs(session)),
  );
}
