import type { TlsMode } from './postgres/address.ts';

/** What is weak on the way to a source over a network. */
export function tlsWarnings({ host, tls }: { host: string; tls: TlsMode }): string[] {
  if (tls === 'verified') return [];
  if (tls === 'verified-chain') return ['TLS does not check the host name'];
  if (tls === 'off') return isLoopback(host) ? [] : ['TLS off'];
  return ['TLS unverified'];
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.');
