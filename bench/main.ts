// `npm run -s bench -- NAME [--json]`: figures side by side with a peer, in one run, medians of interleaved rounds.
import type { Bench } from './compare.ts';

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  guard: async () => (await import('./guard.ts')).bench,
  ledger: async () => (await import('./ledger.ts')).bench,
  query: async () => (await import('./query.ts')).bench,
};

const [name = '', ...flags] = process.argv.slice(2);
const load = BENCHES[name];
if (load === undefined) {
  process.stderr.write(`bench/unknown: there is no bench \`${name}\`; there are ${Object.keys(BENCHES).join(', ')}\n`);
  process.exitCode = 2;
} else {
  const bench = await load();
  for await (const figure of bench()) {
    if (flags.includes('--json')) process.stdout.write(`${JSON.stringify(figure)}\n`);
    else
      process.stdout.write(
        `${figure.name.padEnd(34)} ours ${round(figure.ours)} ${figure.unit}, ${figure.peerName} ${round(figure.peer)}, ratio ${round(figure.ratio)} (${figure.better} is better)\n`,
      );
  }
}

function round(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
