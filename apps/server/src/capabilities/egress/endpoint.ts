import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Agent } from 'undici';
import type { Secret } from '#config';
import { badEndpoint } from './errors.ts';
import { createKeepTrying, type KeepTrying } from './keep-trying.ts';

/** An OpenAI-compatible endpoint; `url` is its base, e.g. `http://127.0.0.1:11434/v1`. */
export type Endpoint = {
  readonly url: string;
  readonly model: string | null;
  readonly key: Secret | null;
  readonly region?: string | null;
};
export type CheckedEndpoint = {
  readonly address: URL;
  readonly model: string;
  readonly key: Secret | null;
  readonly dispatcher: Agent;
  readonly keepTrying: KeepTrying;
  /** Where it is, as the operator says; null: nobody said. */
  readonly region: string | null;
};

const near = new BlockList();
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  near.addSubnet(network, prefix, 'ipv4');
near.addAddress('::1', 'ipv6');
near.addSubnet('fc00::', 7, 'ipv6');

/** Loopback and private networks: the only places where a question may travel unencrypted. */
function isNear(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && near.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** Throws `egress/bad_endpoint`: another scheme, credentials in the URL, plain HTTP to a public address. */
export function checkEndpoint({ url, model, key, region = null }: Endpoint): CheckedEndpoint {
  if (!URL.canParse(url)) throw badEndpoint('its address is not a URL');
  const base = new URL(url);
  if (base.protocol !== 'http:' && base.protocol !== 'https:')
    throw badEndpoint('its address must start with http:// or https://');
  if (base.username !== '' || base.password !== '')
    throw badEndpoint('credentials do not belong into its address; set the key instead');
  if (base.search !== '' || base.hash !== '') throw badEndpoint('its address may have neither a query nor a fragment');
  const plain = base.protocol === 'http:';
  const host = base.hostname.replace(/^\[|\]$/g, '');
  if (plain && isIP(host) !== 0 && !isNear(host))
    throw badEndpoint('plain http is only for loopback and private networks');
  const address = new URL(`${base.pathname.replace(/\/+$/, '')}/chat/completions`, base);
  // A name may resolve to anything by the time we connect, so a plain connection checks the address it really takes.
  const dispatcher = new Agent({ connect: plain ? { lookup: nearLookup } : {}, pipelining: 0, connections: 8 });
  return { address, model: model ?? 'default', key, dispatcher, region, keepTrying: createKeepTrying() };
}

export const nearLookup: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const allowed = addresses.filter(({ address }) => isNear(address));
    const first = allowed[0];
    if (first === undefined)
      return callback(Object.assign(new Error('not a private address'), { code: 'ENOTNEAR' }), []);
    if (options.all === true) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
};
