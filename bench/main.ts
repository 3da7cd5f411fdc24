// `npm run -s bench -- NAME [--json]`: figures side by side with a peer, in one run, medians of interleaved rounds.
import type { Bench, Figure } from './compare.ts';

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  disclosure: async () => (await import('./disclosure.ts')).bench,
  gateway: async () => (await import('./gateway.ts')).bench,
  guard: async () => (await import('./guard.ts')).bench,
  keyring: async () => (await import('./keyring.ts')).bench,
  ledger: async () => (await import('./ledger.ts')).bench,
  query: async () => (await import('./query.ts')).bench,
  translator: async () => (await import('./translator.ts')).bench,
};

async function main([name = '', ...flags]: readonly string[]): Promise<number> {
  const load = BENCHES[name];
  if (load === undefined) {
    process.stderr.write(
      `bench/unknown: there is no bench \`${name}\`; there are ${Object.keys(BENCHES).join(', ')}\n`,
    );
    return 2;
  }
  const bench = await load();
  for await (const figure of bench()) process.stdout.write(flags.includes('--json') ? asJson(figure) : asText(figure));
  return 0;
}

function asJson(figure: Figure): string {
  return `${JSON.stringify(figure)}\n`;
}

function asText({ name, ours, unit, peer, peerName, ratio, better }: Figure): string {
  return `${name.padEnd(34)} ours ${round(ours)} ${unit}, ${peerName} ${round(peer)}, ratio ${round(ratio)} (${better} is better)\n`;
}

function round(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
