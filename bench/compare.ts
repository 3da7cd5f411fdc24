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
  const times = { ours: [] as number[], peer: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const done = [await timed(ours, times.ours), await timed(peer, times.peer)];
    if (done[0] !== done[1])
      throw new Error(`${name}: the two sides did different work (${String(done[0])}, ${String(done[1])})`);
  }
  const [a, b] = [median(times.ours), median(times.peer)];
  return { name, ours: a, peer: b, peerName, ratio: a / b, unit: 'ms', better: 'lower' };
}

async function timed(work: () => Promise<unknown>, into: number[]): Promise<unknown> {
  const startedMs = performance.now();
  const result = await work();
  into.push(performance.now() - startedMs);
  return result;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
