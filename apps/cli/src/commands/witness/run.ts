import { createPublicKey } from 'node:crypto';
import { join, resolve } from 'node:path';
import {
  createWitness,
  fileWitnessState,
  loadWitnessKey,
  LogError,
  parseVerifierKey,
  printVerifierKey,
  serveWitness,
  verifierKey,
} from '@strongroom/merkle-log';
import { CommandFailure } from '../../failure.ts';
import { plainLine } from '../../plain-text.ts';
import type { Desk } from '../../session.ts';

export type WitnessOptions = {
  readonly log: readonly string[];
  readonly name: string;
  readonly folder: string;
  readonly host: string;
  readonly port: number;
};

/** Runs a witness until it is told to stop: two lines on standard output, then nothing but what failed, on standard error. */
export async function runWitness({ terminal, settings }: Desk, options: WitnessOptions): Promise<void> {
  const folder = resolve(settings.startFolder, options.folder);
  const privateKey = await loadWitnessKey(join(folder, 'witness.key')).catch(refuse);
  const [key, logs] = [
    keyOf(() => verifierKey(options.name, 'witness', createPublicKey(privateKey))),
    keyOf(() => options.log.map(parseVerifierKey)),
  ];
  const witness = createWitness({
    name: options.name,
    privateKey,
    logs,
    state: fileWitnessState(join(folder, 'checkpoints')),
    now: () => new Date(),
  });
  const served = await serveWitness(witness, {
    host: options.host,
    port: options.port,
    failed: (error) => terminal.warn(`witness/failed: ${error instanceof LogError ? error.message : codeOf(error)}`),
  }).catch((error: unknown) => {
    throw new CommandFailure('witness/cannot_listen', `nothing can listen there (${codeOf(error)})`);
  });
  terminal.line(`Witness ${plainLine(printVerifierKey(key))}`);
  terminal.line(`Listening at ${served.url}/add-checkpoint`);
  await new Promise<void>((stop) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop());
  });
  await served.close();
}

function keyOf<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  throw error instanceof LogError ? new CommandFailure('witness/refused', error.message) : error;
}

/** The reason's own code and nothing of its text. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unexpected error';
}
