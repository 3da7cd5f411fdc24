import { createHash } from 'node:crypto';
import { ProblemError } from '@strongroom/protocol';
import { failed, resource, tooOld, unavailable } from '../errors.ts';
import type { Pooled } from '../pool.ts';
import type { TransportOptions } from '../sockets.ts';
import { ProtocolError, RowTooLargeError } from '../wire-errors.ts';
import type { PostgresAddress } from './address.ts';
import { classifySqlState } from './classify.ts';
import { type OnMessage, createMessageReader } from './message-reader.ts';
import * as message from './messages.ts';
import { createScram } from './scram.ts';
import { type Transport, openTransport } from './transport.ts';

/** What the source answered up to one ReadyForQuery. */
export type Reply = {
  readonly rows: (string | null)[][];
  /** null for a statement that gives no rows at all. */
  readonly fields: message.FieldDescription[] | null;
  readonly sqlState: string | null;
};

/** Whoever talks to the source right now. */
export type Receiver = {
  onMessage: OnMessage;
  /** The session is gone: nothing follows. */
  onLost(problem: ProblemError): void;
};

export type Session = Pooled & {
  readonly isEncrypted: boolean;
  send(bytes: Buffer): void;
  receive(receiver: Receiver): void;
  pause(): void;
  resume(): void;
  /** Sends and collects what comes until `count` ReadyForQuery. Rejects when the session is lost. Small answers only. */
  request(bytes: Buffer, count: number): Promise<Reply[]>;
  /**
   * Asks the server, on a connection of its own, to stop what runs here, and ends this session for its user at once.
   * `closed` waits until the server has stopped, up to LINGER_MS, so that nobody can pile up work in the source.
   */
  cancel(): void;
  /** Ends it with a reason that the current receiver hears. */
  fail(problem: ProblemError): void;
};

export type SessionOptions = TransportOptions;

const RESET = Buffer.concat([message.simpleQuery('ROLLBACK'), message.simpleQuery('DISCARD ALL')]);
const RESET_TIMEOUT_MS = 5_000;
const GOODBYE_MS = 1_000;
// Its queries to the catalogs and the guard's texts are those of this version and newer ones.
const OLDEST = 12;
// One that comes before the statement has begun stops nothing.
const CANCEL_AGAIN_MS = 2_000;
// The longest statement_timeout, and a little: by then the server has stopped without us.
const LINGER_MS = 125_000;
const REPLY_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Opens a session of the protocol 3.0: our own few hundred lines rather than a client library, because the other side is
 * hostile (a client library reads environment and files, and throws or spins on garbage) and because rows are decoded
 * straight from the socket's buffers.
 */
export async function openSession(
  address: PostgresAddress,
  options: SessionOptions,
  signal?: AbortSignal,
): Promise<Session> {
  const transport = await openTransport(address, options, signal);
  const { socket } = transport;
  const { promise: closed, resolve: markClosed } = Promise.withResolvers<void>();
  let receiver: Receiver | null = null;
  let key: { processId: number; secretKey: number } | null = null;
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
  const read = createMessageReader(
    (type, buffer, start, end) => {
      if (!isOpen && shorten === null) return;
      if (type === message.PARAMETER_STATUS) return refuseOldest(message.parseParameterStatus(buffer, start, end));
      if (type === message.NOTICE || type === message.NOTIFICATION) return;
      if (receiver === null) {
        // Between two users only the end of the connection is announced (57P01 and its kin).
        if (type === message.ERROR) return fail(unavailable('ended by the source'));
        throw new ProtocolError('message out of turn');
      }
      receiver.onMessage(type, buffer, start, end);
    },
    () => isPaused,
  );
  const readOn = (chunk: Buffer) => {
    if (!isOpen && shorten === null) return;
    isReading = true;
    try {
      read(chunk);
    } catch (error) {
      fail(classifyReadError(error));
      socket.destroy();
    }
    isReading = false;
  };
  const resume = () => {
    const wasPaused = isPaused;
    isPaused = false;
    // Within a reading that goes on, it goes on by itself.
    if (wasPaused && !isReading) readOn(Buffer.alloc(0));
    if (!isPaused) socket.resume();
  };
  const sayGoodbye = () => {
    socket.end(message.terminate());
    socket.setTimeout(GOODBYE_MS, () => socket.destroy());
  };
  /** The user is gone; what still arrives is read and dropped until the server has ended the statement. */
  const linger = () => {
    const again = setInterval(() => key !== null && void sendCancel(transport, key), CANCEL_AGAIN_MS).unref();
    let limit = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    shorten = () => {
      clearTimeout(limit);
      limit = setTimeout(() => socket.destroy(), GOODBYE_MS);
    };
    socket.once('close', () => {
      clearInterval(again);
      clearTimeout(limit);
    });
    receiver = {
      onLost() {},
      onMessage: (type) => {
        if (type === message.READY) sayGoodbye();
      },
    };
    socket.unref();
    // Not now: this may be called from within the reading of a message.
    setImmediate(resume);
  };
  socket.on('data', readOn);
  socket.on('error', (error: NodeJS.ErrnoException) => fail(unavailable(error.code ?? 'socket error')));
  socket.on('close', () => {
    fail(unavailable('connection lost'));
    markClosed();
  });
  socket.resume();

  const session: Session = {
    isEncrypted: transport.isEncrypted,
    get isOpen() {
      return isOpen;
    },
    closed,
    send: (bytes) => void socket.write(bytes),
    receive(next) {
      receiver = next;
      socket.ref();
    },
    pause() {
      isPaused = true;
      socket.pause();
    },
    resume,
    request: (bytes, count) =>
      new Promise((resolve, reject) => {
        if (!isOpen) return reject(unavailable('connection lost'));
        socket.ref();
        const replies = collectReplies(count, (done) => {
          receiver = null;
          resolve(done);
        });
        receiver = { onMessage: replies, onLost: reject };
        resume();
        socket.write(bytes);
      }),
    cancel() {
      if (!isOpen || receiver === null || key === null) return session.destroy();
      const last = receiver;
      isOpen = false;
      void sendCancel(transport, key);
      linger();
      last.onLost(unavailable('ended by us'));
    },
    fail,
    destroy() {
      if (isOpen && receiver !== null && key !== null && !isResetting) session.cancel();
      if (shorten !== null) return shorten();
      if (!isOpen || receiver !== null) return fail(unavailable('ended by us'));
      // A goodbye, so that the source does not log a lost connection; nobody waits for its answer.
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
      const timer = setTimeout(() => session.destroy(), RESET_TIMEOUT_MS);
      isResetting = true;
      try {
        const replies = await session.request(RESET, 2);
        if (replies.some(({ sqlState }) => sqlState !== null)) throw failed('reset refused');
      } finally {
        isResetting = false;
        clearTimeout(timer);
      }
    },
  };

  const timer = setTimeout(() => fail(unavailable('connect timeout')), options.connectTimeoutMs);
  const onAbort = () => session.destroy();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    key = await authenticate(session, address, transport);
  } catch (error) {
    session.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
  return session;
}

/** Told before the first ReadyForQuery: nothing has been asked of it by then. Throws `sources/too_old`. */
function refuseOldest({ name, value }: { name: string; value: string }): void {
  const version = name === 'server_version' ? /^(\d{1,4})(\.\d{1,4})?/.exec(value) : null;
  if (version === null || Number(version[1]) >= OLDEST) return;
  // Until version 10 the second number was a part of the major one.
  throw tooOld('PostgreSQL', Number(version[1]) < 10 ? version[0] : version[1]!, String(OLDEST));
}

/** Startup to the first ReadyForQuery. Answers what a cancel must quote. */
function authenticate(
  session: Session,
  address: PostgresAddress,
  transport: Transport,
): Promise<{ processId: number; secretKey: number } | null> {
  return new Promise((resolve, reject) => {
    let key: { processId: number; secretKey: number } | null = null;
    let isAuthenticated = false;
    const sign = createAuthentication(session, address, transport);
    session.receive({
      onLost: reject,
      onMessage(type, buffer, start, end) {
        const reader = message.createFieldReader(buffer, start, end);
        if (type === message.AUTHENTICATION) {
          const method = reader.int32();
          if (method === 0 && !sign.isUnproven()) isAuthenticated = true;
          else
            sign
              .answer(method, Buffer.from(reader.rest()))
              .catch((error: unknown) => session.fail(classifyReadError(error)));
        } else if (type === message.ERROR) session.fail(classifySqlState(message.parseSqlState(buffer, start, end)));
        else if (type === message.BACKEND_KEY) key = { processId: reader.int32(), secretKey: reader.int32() };
        else if (type === message.READY && isAuthenticated) resolve(key);
        else if (type !== message.NEGOTIATE) throw new ProtocolError('message out of turn');
      },
    });
    session.send(
      message.startup({
        user: address.user,
        database: address.database,
        application_name: 'strongroom',
        client_encoding: 'UTF8',
        // Texts of types without a binary decoder, and every truncation of a time with zone, mean the same everywhere.
        DateStyle: 'ISO, MDY',
        TimeZone: 'UTC',
      }),
    );
  });
}

function createAuthentication(session: Session, address: PostgresAddress, transport: Transport) {
  const password = address.password ?? '';
  let scram: ReturnType<typeof createScram> | null = null;
  let isProven = false;
  const answer = async (method: number, body: Buffer) => {
    if (method === 3) {
      if (transport.isExposed)
        throw new ProblemError(
          'sources/tls_refused',
          422,
          'the source asks for the password in the clear, without TLS',
        );
      session.send(message.password(password));
    } else if (method === 5 && body.length === 4) {
      // What the server stored is md5(password || user): its choice, and older than SCRAM.
      const inner = createHash('md5')
        .update(password + address.user)
        .digest('hex');
      session.send(message.password(`md5${createHash('md5').update(inner).update(body).digest('hex')}`));
    } else if (method === 10 && body.toString('latin1').split('\0').includes('SCRAM-SHA-256')) {
      scram = createScram(password);
      session.send(message.saslInitial('SCRAM-SHA-256', scram.first));
    } else if (method === 11 && scram !== null)
      session.send(message.saslResponse(await scram.answer(body.toString('utf8'))));
    else if (method === 12 && scram !== null) {
      scram.verify(body.toString('utf8'));
      isProven = true;
    } else
      throw new ProblemError(
        'sources/credentials_refused',
        422,
        'the source asks to sign in by a way that is not supported; password (SCRAM) is',
      );
  };
  /** SCRAM has begun and the server has not shown that it knows the password: it may not skip that. */
  return { answer, isUnproven: () => scram !== null && !isProven };
}

/** Best effort: the server may be gone. It ends the connection itself when it has read the request. */
async function sendCancel(transport: Transport, key: { processId: number; secretKey: number }): Promise<void> {
  try {
    const { socket } = await transport.again();
    socket.on('error', () => {});
    socket.resume();
    socket.end(message.cancelRequest(key.processId, key.secretKey));
    socket.setTimeout(5_000, () => socket.destroy());
    socket.unref();
  } catch {
    // The closed session ends the query too, as soon as the server writes to it.
  }
}

function collectReplies(count: number, onDone: (replies: Reply[]) => void): OnMessage {
  const replies: Reply[] = [];
  let current: { rows: (string | null)[][]; fields: message.FieldDescription[] | null; sqlState: string | null } = {
    rows: [],
    fields: null,
    sqlState: null,
  };
  let size = 0;
  return (type, buffer, start, end) => {
    size += end - start;
    if (size > REPLY_BYTES_MAX) throw new ProtocolError('answer too large');
    if (type === message.DATA_ROW) current.rows.push(message.parseTextRow(buffer, start, end));
    else if (type === message.ROW_DESCRIPTION) current.fields = message.parseRowDescription(buffer, start, end);
    else if (type === message.ERROR) current.sqlState ??= message.parseSqlState(buffer, start, end);
    else if (type === message.READY) {
      replies.push(current);
      current = { rows: [], fields: null, sqlState: null };
      if (replies.length === count) onDone(replies);
    } else if (!QUIET.has(type)) throw new ProtocolError('message out of turn');
  };
}

const QUIET = new Set([
  message.BIND_COMPLETE,
  message.CLOSE_COMPLETE,
  message.COMMAND_COMPLETE,
  message.EMPTY_QUERY,
  message.NO_DATA,
  message.PARAMETER_DESCRIPTION,
  message.PARSE_COMPLETE,
]);

/** `error` came from reading: its text may hold bytes of the source, so only its class is kept. */
export function classifyReadError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof RowTooLargeError) return resource('row too large');
  return unavailable(error instanceof ProtocolError ? error.message : 'protocol');
}
