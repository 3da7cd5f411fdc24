import { busy, cancelled } from './errors.ts';

export type Pooled = {
  readonly isOpen: boolean;
  /** Brings back a clean state; rejects when it can't, and then the member is destroyed. */
  reset(): Promise<void>;
  destroy(): void;
  /** Called when nobody uses it: it must not keep the process alive. */
  rest(): void;
  /** Called when it is taken up again. */
  wake(): void;
  readonly closed: Promise<void>;
};

export type Pool<Member extends Pooled> = {
  /** A clean member, for one user at a time. Rejects `run/busy` when none came free in time, `run/cancelled` on abort. */
  acquire(signal?: AbortSignal): Promise<Member>;
  /** Gives it back; it is reset before the next user gets it. */
  release(member: Member): void;
  /** Destroys it; it may hold someone's state. */
  discard(member: Member): void;
  close(): Promise<void>;
};

const isAborted = (signal?: AbortSignal) => signal?.aborted === true;

type Waiter<Member> = { give: (member: Member) => void; refuse: (problem: Error) => void };

/** A few members a source: opened on demand, reused when clean, ended after `idleMs` without use. */
export function createPool<Member extends Pooled>({
  open,
  membersMax,
  idleMs,
  waitMs,
}: {
  open: (signal?: AbortSignal) => Promise<Member>;
  membersMax: number;
  idleMs: number;
  waitMs: number;
}): Pool<Member> {
  const idle: { member: Member; timer: NodeJS.Timeout }[] = [];
  const members = new Set<Member>();
  const waiters: Waiter<Member>[] = [];
  let opening = 0;
  let isClosed = false;

  const takeIdle = (): Member | null => {
    for (let entry = idle.pop(); entry !== undefined; entry = idle.pop()) {
      clearTimeout(entry.timer);
      if (entry.member.isOpen) {
        entry.member.wake();
        return entry.member;
      }
      members.delete(entry.member);
    }
    return null;
  };

  const openOne = async (signal?: AbortSignal): Promise<Member> => {
    opening += 1;
    try {
      const member = await open(signal);
      members.add(member);
      void member.closed.then(() => {
        members.delete(member);
        serveWaiter();
      });
      if (isClosed) {
        member.destroy();
        throw cancelled();
      }
      return member;
    } finally {
      opening -= 1;
    }
  };

  // Room came free without a member: whoever waits longest opens its own.
  const serveWaiter = () => {
    if (isClosed || members.size + opening >= membersMax) return;
    const waiter = waiters.shift();
    if (waiter !== undefined)
      openOne().then(waiter.give, (problem: Error) => {
        waiter.refuse(problem);
        serveWaiter();
      });
  };

  const rest = (member: Member) => {
    const waiter = waiters.shift();
    if (waiter !== undefined) return waiter.give(member);
    member.rest();
    const timer = setTimeout(() => {
      idle.splice(
        idle.findIndex((entry) => entry.member === member),
        1,
      );
      member.destroy();
    }, idleMs);
    timer.unref();
    idle.push({ member, timer });
  };

  const wait = (signal?: AbortSignal) =>
    new Promise<Member>((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        const at = waiters.indexOf(waiter);
        if (at >= 0) waiters.splice(at, 1);
      };
      const waiter: Waiter<Member> = {
        give: (member) => (settle(), resolve(member)),
        refuse: (problem) => (settle(), reject(problem)),
      };
      const onAbort = () => waiter.refuse(cancelled());
      const timer = setTimeout(() => waiter.refuse(busy()), waitMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      waiters.push(waiter);
    });

  return {
    async acquire(signal) {
      if (isClosed || isAborted(signal)) throw cancelled();
      const member = takeIdle() ?? (members.size + opening < membersMax ? await openOne(signal) : await wait(signal));
      if (!isAborted(signal)) return member;
      rest(member);
      throw cancelled();
    },
    release(member) {
      member.reset().then(
        () => {
          if (isClosed || !member.isOpen) member.destroy();
          else rest(member);
        },
        () => member.destroy(),
      );
    },
    discard: (member) => member.destroy(),
    async close() {
      isClosed = true;
      for (const waiter of waiters.splice(0)) waiter.refuse(cancelled());
      for (const entry of idle.splice(0)) clearTimeout(entry.timer);
      const all = [...members];
      for (const member of all) {
        member.wake();
        member.destroy();
      }
      await Promise.all(all.map((member) => member.closed));
    },
  };
}
