import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ProblemError } from '@strongroom/protocol';
import { badAddress, failed, resource, tooOld, unavailable } from '../errors.ts';
import type { Pooled } from '../pool.ts';
import { classifyConnectError, once, tlsOptions, tlsRefused, type TransportOptions } from '../sockets.ts';
import { ProtocolError, RowTooLargeError } from '../wire-errors.ts';
import type { MariadbAddress } from './address.ts';
import { classifyNumber } from './classify.ts';
import * as message from './messages.ts';
import { createPacketReader, packet } from './packets.ts';
import { openWay, openWayTo, type Way } from './transport.ts';

/** What the source answered to one command. */
export type Reply = { readonly rows: (string | null)[][]; readonly error: number | null };

/** Whoever talks to the source right now. */
export type Receiver = {
  onPacket(buffer: Buffer, start: number, end: number): void;
  /** The session is gone: nothing follows. */
  onLost(problem: ProblemError): void;
};

export type Session = Pooled & {
  readonly hasExtendedMetadata: boolean;
  /** Sends a statement; what comes goes to the receiver. */
  ask(text: string, receiver: Receiver): void;
  /** Another receiver for what still comes. */
  receive(receiver: Receiver): void;
  /** Sends a statement and collects its answer. Rejects when the session is lost. Small answers only. */
  request(text: string): Promise<Reply>;
  pause(): void;
  resume(): void;
  /**
   * Asks the server, on a connection of its own to the same checked address, to stop what runs here, and ends this session for its
   * user at once. `closed` waits until the server has stopped, up to LINGER_MS.
   */
  cancel(): void;
};

// The oldest that the tests run on.
const OLDEST = [10, 11] as const;
const RESET_TIMEOUT_MS = 5_000;
const GOODBYE_MS = 1_000;
// One that comes before the statement has begun stops nothing.
const CANCEL_AGAIN_MS = 2_000;
const LINGER_MS = 125_000;
const REPLY_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Opens a session, by a reader of our own for the reasons of docs/decisions/0007: the other side is hostile. A client library
 * measured against that held rows of any size in memory and checked a certificate for `localhost` where the host is an address
 * (docs/decisions/0011-our-own-mariadb-reader.md).
 */
export async function openSession(
  address: MariadbAddress,
  options: TransportOptions,
  signal?: AbortSignal,
): Promise<Session> {
  return openOn(await openWay(address, options, signal), address, options, signal);
}

async function openOn(
  { socket: plain, target }: Way,
  address: MariadbAddress,
  options: TransportOptions,
  signal?: AbortSignal,
): Promise<Session> {
  const { promise: closed, resolve: markClosed } = Promise.withResolvers<void>();
  let socket: Socket = plain;
  let receiver: (Receiver & { sequence?: (sequence: number) => void }) | null = null;
  let greeting: message.Greeting | null = null;
  let isOpen = true;
  let isPaused = false;
  let isReading = false;
  let isResetting = false;
  let shorten: (() => void) | null = null;

  const fail = (problem: ProblemError) => {
    if (!isOpen) return;
    isOpen = false;
    const last = receiver;
    receiver = null;
    socket.destroy();
    last?.onLost(problem);
  };
  const reader = createPacketReader(
    (buffer, start, end, sequence) => {
      if (!isOpen && shorten === null) return;
      if (end === start) throw new ProtocolError('empty packet');
      // Between two users only the end of the connection is announced.
      if (receiver === null) return fail(unavailable('ended by the source'));
      receiver.sequence?.(sequence);
      receiver.onPacket(buffer, start, end);
    },
    () => isPaused,
  );
  const readOn = (chunk: Buffer) => {
    if (!isOpen && shorten === null) return;
    isReading = true;
    try {
      reader.read(chunk);
    } catch (error) {
      fail(classifyReadError(error));
      socket.destroy();
    }
    isReading = false;
  };
  const resume = () => {
    const wasPaused = isPaused;
    isPaused = false;
    if (wasPaused && !isReading) readOn(Buffer.alloc(0));
    if (!isPaused) socket.resume();
  };
  const listen = () => {
    socket.on('data', readOn);
    socket.on('error', (error: NodeJS.ErrnoException) => fail(unavailable(error.code ?? 'socket error')));
    socket.on('close', () => {
      fail(unavailable('connection lost'));
      markClosed();
    });
    socket.resume();
  };
  const sayGoodbye = () => {
    socket.end(packet(0, message.quit()));
    socket.setTimeout(GOODBYE_MS, () => socket.destroy());
  };
  const kill = () => {
    if (greeting !== null) void sendKill(target, address, options, greeting.threadId);
  };
  /** The user is gone; what still arrives is read and dropped until the server has ended the statement. */
  const linger = () => {
    const again = setInterval(kill, CANCEL_AGAIN_MS).unref();
    let limit = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    shorten = () => {
      clearTimeout(limit);
      limit = setTimeout(() => socket.destroy(), GOODBYE_MS);
    };
    socket.once('close', () => {
      clearInterval(again);
      clearTimeout(limit);
    });
    const watch = createEndWatch(sayGoodbye);
    receiver = { onLost() {}, onPacket: watch };
    socket.unref();
    // Not now: this may be called from within the reading of a packet.
    setImmediate(resume);
  };
  /** Each new command begins to count packets anew. */
  const command = (body: Buffer, next: Receiver) => {
    receiver = next;
    socket.ref();
    socket.write(packet(0, body));
  };
  const requestWith = (body: Buffer): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (!isOpen) return reject(unavailable('connection lost'));
      const collect = collectReply((reply) => {
        receiver = null;
        resolve(reply);
      });
      resume();
      command(body, { onPacket: collect, onLost: reject });
    });

  const session: Session = {
    get hasExtendedMetadata() {
      return greeting?.hasExtendedMetadata === true;
    },
    get isOpen() {
      return isOpen;
    },
    closed,
    ask: (text, next) => command(message.query(text), next),
    receive: (next) => void (receiver = next),
    request: (text) => requestWith(message.query(text)),
    pause() {
      isPaused = true;
      socket.pause();
    },
    resume,
    cancel() {
      if (!isOpen || receiver === null || greeting === null) return session.destroy();
      const last = receiver;
      isOpen = false;
      kill();
      linger();
      last.onLost(unavailable('ended by us'));
    },
    destroy() {
      if (isOpen && receiver !== null && greeting !== null && !isResetting) return session.cancel();
      if (shorten !== null) return shorten();
      if (!isOpen || receiver !== null) return fail(unavailable('ended by us'));
      isOpen = false;
      sayGoodbye();
    },
    rest() {
      receiver = null;
      resume();
      socket.unref();
    },
    wake: () => void socket.ref(),
    async reset() {
      const timer = setTimeout(() => fail(unavailable('reset timeout')), RESET_TIMEOUT_MS);
      isResetting = true;
      try {
        // Ends the transaction, and forgets variables, settings and prepared statements.
        const { error } = await requestWith(message.resetConnection());
        if (error !== null) throw failed('reset refused');
      } finally {
        isResetting = false;
        clearTimeout(timer);
      }
    },
  };

  const timer = setTimeout(() => fail(unavailable('connect timeout')), options.connectTimeoutMs);
  const onAbort = () => fail(unavailable('ended by us'));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    listen();
    greeting = await signIn();
  } catch (error) {
    fail(unavailable('sign-in failed'));
    socket.destroy();
    throw classifyReadError(error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
  receiver = null;
  return session;

  /** The next packet, as a copy, and what the answer to it must be numbered. */
  function nextPacket(): Promise<{ bytes: Buffer; answerSequence: number }> {
    return new Promise((resolve, reject) => {
      let answerSequence = 0;
      receiver = {
        sequence: (sequence) => (answerSequence = (sequence + 1) & 0xff),
        onLost: reject,
        onPacket(buffer, start, end) {
          const bytes = Buffer.from(buffer.subarray(start, end));
          // Whatever comes before we have answered waits, or is refused by the upgrade to TLS.
          session.pause();
          resolve({ bytes, answerSequence });
        },
      };
      resume();
    });
  }

  async function signIn(): Promise<message.Greeting> {
    const first = await nextPacket();
    if (first.bytes[0] === message.ERROR) throw classifyNumber(message.parseError(first.bytes, 0, first.bytes.length));
    const hello = message.parseGreeting(first.bytes, 0, first.bytes.length);
    if (!/mariadb/i.test(hello.version))
      throw badAddress('the source is not MariaDB; MySQL is another engine, which is not supported yet');
    refuseOldest(hello.version);
    let sequence = first.answerSequence;
    const isEncrypted = address.tls !== 'off' && (hello.offersTls || address.tls !== 'optional');
    if (isEncrypted) {
      if (!hello.offersTls)
        throw tlsRefused('the source offers no TLS; `sslmode=disable` does without, if you accept that');
      await upgrade(packet(sequence, message.sslRequest(hello, address.database !== '')));
      sequence += 1;
    }
    const password = address.password ?? '';
    const response = message.handshakeResponse(hello, { ...address, password, isEncrypted });
    socket.write(packet(sequence, response));
    for (let tries = 0; tries < 2; tries += 1) {
      const { bytes, answerSequence } = await nextPacket();
      if (bytes[0] === message.OK) return hello;
      if (bytes[0] === message.ERROR) throw classifyNumber(message.parseError(bytes, 0, bytes.length));
      const plugin = bytes[0] === message.END ? bytes.toString('latin1', 1).split('\0')[0]! : '';
      // Never the password itself, whatever the server asks for; nor twice the same.
      if (plugin !== 'mysql_native_password' || tries > 0)
        throw new ProblemError(
          'sources/credentials_refused',
          422,
          'the source asks to sign in by a way that is not supported; mysql_native_password is',
        );
      const scramble = bytes.subarray(2 + plugin.length);
      socket.write(packet(answerSequence, message.nativePassword(password, scramble)));
    }
    throw new ProtocolError('sign-in without end');
  }

  async function upgrade(request: Buffer): Promise<void> {
    const bare = socket;
    bare.removeAllListeners('data');
    bare.removeAllListeners('close');
    // Bytes that came before it would be read as if they had come encrypted.
    if (bare.readableLength > 0 || !reader.holdsNothing) throw new ProtocolError('bytes before TLS');
    bare.write(request);
    socket = connectTls({ socket: bare, ...tlsOptions(address, options) });
    try {
      await once(socket, 'secureConnect');
    } catch (error) {
      throw classifyConnectError(error as NodeJS.ErrnoException);
    }
    listen();
  }
}

/** `version`: as in a greeting, where old replicas are told 5.5.5 first. Throws `sources/too_old`. */
function refuseOldest(version: string): void {
  const [, first = '', second = ''] = /^(?:5\.5\.5-)?(\d{1,4})\.(\d{1,4})/.exec(version) ?? [];
  const isOlder = Number(first) < OLDEST[0] || (Number(first) === OLDEST[0] && Number(second) < OLDEST[1]);
  if (isOlder) throw tooOld('MariaDB', `${Number(first)}.${Number(second)}`, OLDEST.join('.'));
}

/** Best effort, on a connection of its own to the very address that was checked. */
async function sendKill(
  target: string,
  address: MariadbAddress,
  options: TransportOptions,
  threadId: number,
): Promise<void> {
  try {
    const session = await openOn(await openWayTo(target, address.port, options), address, options);
    await session.request(`KILL QUERY ${threadId}`);
    session.rest();
    session.destroy();
  } catch {
    // The closed session ends the query too, as soon as the server writes to it.
  }
}

/** Calls `onEnd` at the end of the answer of which some packets may be gone already. */
function createEndWatch(onEnd: () => void): Receiver['onPacket'] {
  return (buffer, start, end) => {
    // The end of the columns looks the same; a goodbye then ends the statement at its next row.
    if (buffer[start] === message.ERROR || message.isEnd(buffer, start, end)) onEnd();
    else if (buffer[start] === message.OK && end - start < 9) onEnd();
  };
}

function collectReply(onDone: (reply: Reply) => void): Receiver['onPacket'] {
  const rows: (string | null)[][] = [];
  let columns = -1;
  let seen = 0;
  let size = 0;
  let isReadingRows = false;
  return (buffer, start, end) => {
    size += end - start;
    if (size > REPLY_BYTES_MAX) throw new ProtocolError('answer too large');
    if (buffer[start] === message.ERROR) return onDone({ rows, error: message.parseError(buffer, start, end) });
    if (columns < 0) {
      if (buffer[start] === message.OK) return onDone({ rows, error: null });
      if (buffer[start]! >= message.LOCAL_INFILE) throw new ProtocolError('message out of turn');
      columns = buffer[start]!;
    } else if (message.isEnd(buffer, start, end)) {
      if (seen !== columns) throw new ProtocolError('message out of turn');
      if (isReadingRows) return onDone({ rows, error: null });
      isReadingRows = true;
    } else if (isReadingRows) rows.push(message.parseTextRow(buffer, start, end, columns));
    else seen += 1;
  };
}

/** `error` came from reading: its text may hold bytes of the source, so only its class is kept. */
export function classifyReadError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof RowTooLargeError) return resource('row too large');
  return unavailable(error instanceof ProtocolError ? error.message : 'protocol');
}
