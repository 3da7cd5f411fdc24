/** One row of CONTRACT's measurements. `ratio` is ours divided by the peer's. */
export type Figure = {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  readonly ratio: number;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
};

export type Bench = () => AsyncIterable<Figure>;

/** Milliseconds of both sides, in rounds that alternate; the medians. What each returns must be equal: the same work. */
export async function compareTimes(
  name: string,
  peerName: string,
  rounds: number,
  ours: () => Promise<unknown>,
  peer: () => Promise<unknown>,
): Promise<Figure> {
  const [figure] = await compareTimesOfMany(name, rounds, ours, { [peerName]: peer });
  if (figure === undefined) throw new Error(`${name}: there is no peer`);
  return figure;
}

/** The same beside several peers by name, all in the same rounds; a row for each. */
export async function compareTimesOfMany(
  name: string,
  rounds: number,
  ours: () => Promise<unknown>,
  peers: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<Figure[]> {
  const sides = [ours, ...Object.values(peers)].map((work) => ({ work, times: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    const done: unknown[] = [];
    for (const { work, times } of sides) done.push(await timed(work, times));
    if (done.some((result) => result !== done[0]))
      throw new Error(`${name}: the sides did different work (${done.map(String).join(', ')})`);
  }
  const [own = Number.NaN, ...others] = sides.map(({ times }) => median(times));
  return Object.keys(peers).map((peerName, at) => {
    const peer = others[at] ?? Number.NaN;
    return { name, ours: own, peer, peerName, ratio: own / peer, unit: 'ms', better: 'lower' };
  });
}

/** Medians of what each side measures of itself, in rounds that alternate. */
export async function mediansOf<Side extends string>(
  rounds: number,
  sides: Readonly<Record<Side, () => Promise<number>>>,
): Promise<Record<Side, number>> {
  const names = Object.keys(sides) as Side[];
  const measured = names.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [at, name] of names.entries()) measured[at]?.push(await sides[name]());
  return Object.fromEntries(names.map((name, at) => [name, median(measured[at] ?? [])])) as Record<Side, number>;
}

/** A row beside what we promise, which no other program is measured for. */
export function besideBound(name: string, ours: number, bound: number, unit: string, better: Figure['better']): Figure {
  return { name, ours, peer: bound, peerName: 'the bound', ratio: ours / bound, unit, better };
}

async function timed(work: () => Promise<unknown>, into: number[]): Promise<unknown> {
  const startedMs = performance.now();
  const result = await work();
  into.push(performance.now() - startedMs);
  return result;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
