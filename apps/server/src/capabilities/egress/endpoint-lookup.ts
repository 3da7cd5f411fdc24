import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

type Network = readonly [address: string, prefix: number];

/** Unspecified, link-local (the metadata of clouds is there), multicast, reserved. */
const NEVER: readonly Network[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  // 6to4 (RFC 7526: of no use any more).
  ['2002::', 16],
  ['fd00:ec2::254', 128],
  ['fe80::', 10],
  ['ff00::', 8],
];
/** Where a question may travel unencrypted: loopback, and private networks (RFC 1918, RFC 4193). */
const NEAR: readonly Network[] = [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
];
/** These, and shared addresses (RFC 6598), and what an own translator makes of any address (RFC 8215). */
const INWARD: readonly Network[] = [...NEAR, ['100.64.0.0', 10], ['64:ff9b:1::', 48]];
/** Before an IPv4 address that a translator takes it to (RFC 6052, RFC 2765); mapped ones (`::ffff:`) the list knows by itself. */
const TRANSLATED = ['64:ff9b::', '::ffff:0:'];

const never = listOf(NEVER, TRANSLATED);
const near = listOf(NEAR, []);
const inward = listOf(INWARD, TRANSLATED);

/** An address where no model endpoint can be, whoever names it. */
export function isNoEndpoint(address: string): boolean {
  return holds(never, address);
}

/** An address that an unencrypted connection may go to. */
export function isNear(address: string): boolean {
  return holds(near, address) && !isNoEndpoint(address);
}

/**
 * Resolves a name for an encrypted connection, or an unencrypted one. Encrypted, a name that leads inward is refused, unless it leads to one
 * of `networks` (`10.0.0.0/8`), which the operator named; the address that is looked at is the one that is connected to, since a name may
 * lead elsewhere by then.
 */
export function lookupOf(isPlain: boolean, networks: readonly string[]): LookupFunction {
  const named = listOf(
    networks.map((network): Network => {
      const [address = '', prefix] = network.split('/');
      return [address, Number(prefix)];
    }),
    TRANSLATED,
  );
  const isPublicOrNamed = (address: string): boolean =>
    !isNoEndpoint(address) && (!holds(inward, address) || holds(named, address));
  const mayBe = isPlain ? isNear : isPublicOrNamed;
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const allowed = addresses.filter(({ address }) => mayBe(address));
      const [first] = allowed;
      if (first === undefined) callback(Object.assign(new Error('a refused address'), { code: 'EREFUSEDADDRESS' }), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function listOf(networks: readonly Network[], translated: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networks) {
    const isIPv6 = isIP(address) === 6;
    list.addSubnet(address, prefix, isIPv6 ? 'ipv6' : 'ipv4');
    if (!isIPv6) for (const before of translated) list.addSubnet(`${before}${address}`, 96 + prefix, 'ipv6');
  }
  return list;
}

function holds(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
