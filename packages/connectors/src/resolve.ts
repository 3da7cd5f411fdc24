import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { badAddress, unavailable } from './errors.ts';
import type { RefusedEndpoint } from './postgres/address.ts';

// Services of clouds that hand out credentials to whoever asks from the machine.
const METADATA = new Set([
  '169.254.169.254',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
]);
// Databases live on private networks and on this machine; nothing lives in the other special ranges.
const ALLOWED_RANGES = new Set(['unicast', 'private', 'loopback', 'uniqueLocal', 'carrierGradeNat']);

/** Why a source may not be at this address, or null. */
export function refuseIp(text: string, port: number, refused: readonly RefusedEndpoint[]): string | null {
  // `process` turns `::ffff:169.254.169.254` into the address it means.
  const ip = ipaddr.process(text);
  if (METADATA.has(ip.toString())) return 'the address is a metadata service of a cloud';
  const range = ip.range();
  if (!ALLOWED_RANGES.has(range)) return `the address is of a kind where no database is (${range})`;
  for (const own of refused) if (own.port === port && isOwn(ip, own.host)) return 'the address is one of our own';
  return null;
}

function isOwn(ip: ipaddr.IPv4 | ipaddr.IPv6, host: string): boolean {
  const isLoopback = ip.range() === 'loopback';
  if (!ipaddr.isValid(host)) return isLoopback;
  const own = ipaddr.process(host);
  if (own.toString() === ip.toString()) return true;
  if (own.range() === 'loopback') return isLoopback;
  if (own.range() !== 'unspecified') return false;
  const here = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return isLoopback || here.some(({ address }) => ipaddr.process(address).toString() === ip.toString());
}

/**
 * Resolves a host once. INVARIANT: the connection, and every cancel of it, goes to the addresses returned here, which
 * were checked; no second lookup can answer differently (DNS rebinding).
 * Throws `sources/bad_address` if any address is refused, `run/unavailable` if there is none.
 */
export async function resolveHost(host: string, port: number, refused: readonly RefusedEndpoint[]): Promise<string[]> {
  const addresses = ipaddr.isValid(host)
    ? [host]
    : await lookup(host, { all: true }).then(
        (found) => found.map(({ address }) => address),
        (error: NodeJS.ErrnoException) => {
          throw unavailable(error.code ?? 'lookup failed');
        },
      );
  const own = await addressesOf(refused.filter((endpoint) => endpoint.port === port));
  for (const address of addresses) {
    const reason = refuseIp(address, port, own);
    if (reason !== null) throw badAddress(reason);
  }
  if (addresses.length === 0) throw unavailable('no address');
  return addresses;
}

/** Our own database may be known to us by a name: whatever that leads to now is refused too, under any other name. */
async function addressesOf(refused: readonly RefusedEndpoint[]): Promise<RefusedEndpoint[]> {
  const resolved = await Promise.all(
    refused.map(async ({ host, port }) => {
      if (ipaddr.isValid(host)) return [];
      const found = await lookup(host, { all: true }).catch(() => []);
      return found.map(({ address }) => ({ host: address, port }));
    }),
  );
  return [...refused, ...resolved.flat()];
}
