import { isIP, type LookupFunction } from 'node:net';
import type { EgressSettings } from '@strongroom/protocol';
import type { Secret } from '#config';
import { isNear, isNoEndpoint, lookupOf } from './endpoint-lookup.ts';
import { badEndpoint, noEndpoint, regionRefused } from './errors.ts';

/** An OpenAI-compatible endpoint; `url` is its base, e.g. `http://127.0.0.1:11434/v1`. */
export type Endpoint = {
  readonly url: string;
  readonly model: string | null;
  readonly key: Secret | null;
  readonly region?: string | null;
  /** Private networks, as `10.0.0.0/8`, that the operator named: a name of its may lead there. */
  readonly networks?: readonly string[];
};

/** One that may be used; nothing is opened yet. */
export type CheckedEndpoint = {
  /** Its path ends in `/`. */
  readonly base: URL;
  readonly model: string;
  readonly key: Secret | null;
  /** Where it is, as the operator says; null: nobody said. */
  readonly region: string | null;
  /** By which each connection finds the address of its name. */
  readonly lookup: LookupFunction;
};

/** Throws `egress/bad_endpoint`: another scheme, credentials in the URL, plain HTTP to a public address, an address where none can be. */
export function checkEndpoint({ url, model, key, region = null, networks = [] }: Endpoint): CheckedEndpoint {
  if (!URL.canParse(url)) throw badEndpoint('its address is not a URL');
  const base = new URL(url);
  if (base.protocol !== 'http:' && base.protocol !== 'https:')
    throw badEndpoint('its address must start with http:// or https://');
  if (base.username !== '' || base.password !== '')
    throw badEndpoint('credentials do not belong into its address; set the key instead');
  if (base.search !== '' || base.hash !== '') throw badEndpoint('its address may have neither a query nor a fragment');
  const isPlain = base.protocol === 'http:';
  const host = base.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) {
    if (isNoEndpoint(host)) throw badEndpoint('no model endpoint is at such an address');
    if (isPlain && !isNear(host)) throw badEndpoint('plain http is only for loopback and private networks');
  }
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/`;
  return { base, model: model ?? 'default', key, region, lookup: lookupOf(isPlain, networks) };
}

/** Throws `egress/no_endpoint` where the workspace wants no model, `egress/region_refused` (403) for one outside its region. */
export function refuseUnwanted(
  { useModel, region }: Pick<EgressSettings, 'useModel' | 'region'>,
  endpoint: Pick<CheckedEndpoint, 'region'>,
): void {
  if (!useModel) throw noEndpoint();
  if (region !== null && region !== endpoint.region) throw regionRefused(region);
}
