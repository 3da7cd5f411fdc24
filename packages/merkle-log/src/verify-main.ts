#!/usr/bin/env node
// The verifier on its own: `node verify-main.ts ledger FILE [--key KEY] [--checkpoint FILE]… [--promises FILE]… [--witness KEY]…`. Needs Node and this folder, nothing else.
import { parseArgs } from 'node:util';
import { LogError } from './errors.ts';
import { verdictOf, verifyFile, type VerifyRequest } from './verify-file.ts';

const usage =
  'usage: verify ledger|receipt|certificate FILE [--key name+id+base64] [--checkpoint FILE]... [--promises FILE]... [--witness KEY]...\n';

/** null when they can't be understood. */
function readArguments(): VerifyRequest | null {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        checkpoint: { type: 'string', multiple: true },
        promises: { type: 'string', multiple: true },
        witness: { type: 'string', multiple: true },
      },
    });
    const [kind, file, ...more] = positionals;
    if (kind !== 'ledger' && kind !== 'receipt' && kind !== 'certificate') return null;
    if (file === undefined || more.length > 0) return null;
    const { key, checkpoint, promises, witness } = values;
    return { kind, file, key, checkpoints: checkpoint ?? [], promises: promises ?? [], witnesses: witness ?? [] };
  } catch {
    return null;
  }
}

async function main(): Promise<0 | 1 | 2> {
  const asked = readArguments();
  if (asked === null) {
    process.stderr.write(usage);
    return 2;
  }
  try {
    const report = await verifyFile(asked);
    process.stdout.write(`${verdictOf(report)}: ${report.summary}\nkey: ${report.key}\n`);
    if (report.ok) for (const line of report.page ?? []) process.stdout.write(`${line}\n`);
    for (const problem of report.problems) process.stderr.write(`${problem}\n`);
    return report.ok ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof LogError ? error.message : 'the file could not be read'}\n`);
    return 1;
  }
}

process.exitCode = await main();
