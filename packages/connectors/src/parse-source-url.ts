import ipaddr from 'ipaddr.js';
import type { ProblemError } from '@strongroom/protocol';
import { badAddress } from './errors.ts';
import type { RefusedEndpoint, TlsMode } from './postgres/address.ts';
import { refuseIp } from './resolve.ts';

const TLS_MODES: Readonly<Record<string, TlsMode>> = {
  disable: 'off',
  prefer: 'optional',
  require: 'unverified',
  'verify-ca': 'verified-chain',
  'verify-full': 'verified',
};
const FILE_PARAMETERS = new Set([
  'sslkey',
  'sslcert',
  'sslrootcert',
  'sslcrl',
  'sslcrldir',
  'sslpassword',
  'passfile',
  'service',
  'servicefile',
  'options',
  'host',
  'hostaddr',
  'port',
  'user',
  'password',
  'dbname',
  'database',
]);
const AFTER_SCHEME =
  /^:\/\/(?:([^/?#@]*)@)?(\[[0-9a-fA-F:.]+\]|[^/?#@:[\]]*)(?::([0-9]{1,5}))?(?:\/([^/?#]*))?(?:\?([^#]*))?$/;
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*\.?$/;

export type SourceUrl = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | null;
  /** Empty where none is named. */
  readonly database: string;
  readonly tls: TlsMode;
};

/**
 * Reads `scheme://user:password@host:port/database?sslmode=…`. The text is attacker-controlled.
 * Nothing is looked up here: a name is resolved, checked and pinned at each connection (resolve.ts).
 * `refused`: our own listeners. TLS is `verify-full` unless named otherwise, and may be absent on a loopback host.
 * Throws `sources/bad_address`; the message never repeats a credential.
 */
export function parseSourceUrl(
  url: string,
  engine: { schemes: readonly string[]; port: number },
  refused: readonly RefusedEndpoint[],
): SourceUrl {
  if (url.length > 4096 || /[\u0000-\u0020\u007f\\]/.test(url))
    throw badAddress('an address has no spaces, backslashes or control characters');
  const scheme = /^[a-z]+/.exec(url)?.[0] ?? '';
  const match = engine.schemes.includes(scheme) ? AFTER_SCHEME.exec(url.slice(scheme.length)) : null;
  if (match === null)
    throw badAddress(`an address looks like ${engine.schemes[0]}://user:password@host:${engine.port}/database`);
  const [, credentials = '', hostText = '', portText = String(engine.port), databaseText = '', query = ''] = match;

  const { host, isLoopback } = parseHost(hostText, Number(portText), refused);
  const port = Number(portText);
  if (port < 1 || port > 65_535) throw badAddress('the port is not between 1 and 65535');

  const colon = credentials.indexOf(':');
  const user = decode(colon < 0 ? credentials : credentials.slice(0, colon), 'user');
  const password = colon < 0 ? null : decode(credentials.slice(colon + 1), 'password');
  if (user === '') throw badAddress('the address names no user');
  const database = decode(databaseText, 'database');
  return { host, port, user, password, database, tls: parseParameters(query) ?? (isLoopback ? 'off' : 'verified') };
}

function parseHost(
  text: string,
  port: number,
  refused: readonly RefusedEndpoint[],
): { host: string; isLoopback: boolean } {
  if (text === '') throw badAddress('the address names no host');
  const host = text.startsWith('[') ? text.slice(1, -1) : text.toLowerCase();
  if (text.startsWith('[') ? !ipaddr.IPv6.isValid(host) : !HOST_NAME.test(host)) throw hostProblem(host);
  // `010.0.0.1`, `0x7f.1` and `2130706433` are names to us and addresses to the system's resolver: say so early.
  if (/^(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*\.?$/.test(host) && !ipaddr.IPv4.isValidFourPartDecimal(host))
    throw hostProblem(host);
  if (refused.some((own) => own.port === port && own.host.toLowerCase() === host.replace(/\.$/, '')))
    throw badAddress('the address is one of our own');
  if (!ipaddr.isValid(host)) return { host, isLoopback: host === 'localhost' };
  const reason = refuseIp(host, port, refused);
  if (reason !== null) throw badAddress(reason);
  return { host, isLoopback: ipaddr.process(host).range() === 'loopback' };
}

function hostProblem(host: string): ProblemError {
  return badAddress(
    host.includes('%') || host.includes(',')
      ? 'the address names a socket or several hosts; one host name is allowed'
      : 'the host is not a name or an address',
  );
}

function parseParameters(query: string): TlsMode | null {
  let mode: TlsMode | null = null;
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name = '', value = ''] = pair.split('=', 2);
    if (name !== 'sslmode') throw parameterProblem(name);
    if (mode !== null) throw badAddress('`sslmode` is given twice');
    mode = TLS_MODES[value] ?? null;
    if (mode === null || !Object.hasOwn(TLS_MODES, value))
      throw badAddress('`sslmode` is one of disable, prefer, require, verify-ca, verify-full');
  }
  return mode;
}

function parameterProblem(name: string): ProblemError {
  // The name is repeated only when it can't be a piece of a password with a stray `?`.
  if (FILE_PARAMETERS.has(name))
    return badAddress(`the parameter \`${name}\` is not allowed: it reads files or changes where the address points`);
  if (/^[a-z_]{1,40}$/.test(name)) return badAddress(`the parameter \`${name}\` is not known; only \`sslmode\` is`);
  return badAddress('the only parameter known is `sslmode`');
}

function decode(text: string, part: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw badAddress(`the ${part} is not percent-encoded rightly`);
  }
  // A NUL would end the field in the startup message and begin another.
  if (decoded.includes('\0')) throw badAddress(`the ${part} holds a NUL`);
  return decoded;
}
