import { type Lease, type LeaseRenewal, ProblemError, type ShownAnswer } from '@strongroom/protocol';
import { startTicks } from './ticks.ts';
import { endLease, openLease, renewLease } from './verbs.ts';

/** That this tab is there for its answer: held from the question on, for as long as rows are shown. */
export type TabLease = {
  /** Id of one that lives; opens it where there is none. Throws what the server refuses it with. */
  hold(): Promise<string>;
  /** Nothing is waited for or shown any more, and the server is told. */
  end(): void;
  /** The same without a word: it lapses by itself, or has ended with the session. */
  forget(): void;
};

export type LeaseListener = {
  /** What the rows that are shown were made from. */
  shown(): ShownAnswer[];
  /** Of these, what may not be shown any more. */
  onDrop(views: readonly string[]): void;
  /** The server did not hear of this tab, or this tab of the server, for as long as a lease lives; or it is refused. */
  onLapse(why: 'unheard' | 'refused'): void;
};

export type LeaseNeeds = {
  readonly open: () => Promise<Lease>;
  readonly renew: (lease: string, shown: ShownAnswer[], options: { signal: AbortSignal }) => Promise<LeaseRenewal>;
  readonly end: (lease: string) => Promise<void>;
  readonly startTicks: typeof startTicks;
  readonly now: () => Moment;
};

/** The first does not go on in every browser while the machine sleeps; the second may be set. The later of the two is believed. */
export type Moment = { readonly monotonicMs: number; readonly wallMs: number };

const THIS_TAB: LeaseNeeds = {
  open: openLease,
  renew: renewLease,
  end: endLease,
  startTicks,
  now: () => ({ monotonicMs: performance.now(), wallMs: Date.now() }),
};
const TICK_MS = 1_000;
/** Heartbeats in the time that a lease lives, so that one may be lost. */
const BEATS = 3;
/** Of a server that knows who asks and what, and says no. Everything else may pass. */
const FINAL: readonly number[] = [401, 403, 404, 410];

type Held = {
  readonly id: string;
  /** When the request was sent that renewed it last: from then on it lives at least that long. */
  renewedAt: Moment;
  liveMs: number;
  beat: { readonly at: Moment; readonly controller: AbortController } | null;
  lastBeatAt: Moment;
};

export function createLease(listener: LeaseListener, needs: LeaseNeeds = THIS_TAB): TabLease {
  let held: Held | null = null;
  let opening: Promise<string> | null = null;
  let stopTicks = (): void => undefined;

  const sinceMs = (then: Moment): number => {
    const { monotonicMs, wallMs } = needs.now();
    return Math.max(monotonicMs - then.monotonicMs, wallMs - then.wallMs);
  };
  const isOver = ({ renewedAt, liveMs }: Held): boolean => sinceMs(renewedAt) >= liveMs;
  const forget = (): void => {
    stopTicks();
    opening = null;
    held?.beat?.controller.abort();
    held = null;
  };
  const lapse = (why: 'unheard' | 'refused'): void => {
    forget();
    listener.onLapse(why);
  };

  const beat = async (own: Held): Promise<void> => {
    const at = needs.now();
    const controller = new AbortController();
    own.beat = { at, controller };
    own.lastBeatAt = at;
    try {
      const { renewedForMs, drop } = await needs.renew(own.id, listener.shown(), { signal: controller.signal });
      if (held !== own) return;
      own.renewedAt = at;
      own.liveMs = renewedForMs;
      if (drop.length > 0) listener.onDrop(drop);
    } catch (cause) {
      if (held === own && cause instanceof ProblemError && FINAL.includes(cause.status))
        lapse(cause.status === 410 ? 'unheard' : 'refused');
    } finally {
      if (own.beat?.controller === controller) own.beat = null;
    }
  };
  const tick = (): void => {
    if (held === null) return;
    if (isOver(held)) return lapse('unheard');
    const everyMs = held.liveMs / BEATS;
    if (held.beat !== null && sinceMs(held.beat.at) >= everyMs) {
      // Its connection may be dead: the next one gets another.
      held.beat.controller.abort();
      held.beat = null;
    }
    if (held.beat === null && sinceMs(held.lastBeatAt) >= everyMs) void beat(held);
  };

  const open = async (): Promise<string> => {
    const at = needs.now();
    const own = needs.open();
    const mine = own.then(({ lease }) => lease);
    opening = mine;
    try {
      const { lease, renewedForMs } = await own;
      if (opening !== mine) tell(lease);
      else {
        held = { id: lease, renewedAt: at, liveMs: renewedForMs, beat: null, lastBeatAt: at };
        stopTicks = needs.startTicks(TICK_MS, tick);
      }
      return lease;
    } finally {
      if (opening === mine) opening = null;
    }
  };
  const tell = (lease: string): void => {
    // Who can not be told hears no heartbeats either.
    needs.end(lease).catch(() => undefined);
  };

  return {
    hold: async () => {
      if (held !== null && !isOver(held)) return held.id;
      if (opening !== null) return opening;
      forget();
      return open();
    },
    end: () => {
      if (held !== null) tell(held.id);
      forget();
    },
    forget,
  };
}
