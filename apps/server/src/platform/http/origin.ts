import type { FastifyRequest } from 'fastify';
import { httpProblems } from './problems.ts';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

let known = { origin: '', host: '' };

/** Of the last origin it is known: a server has one. */
function hostOf(origin: string): string {
  if (known.origin !== origin) known = { origin, host: new URL(origin).host };
  return known.host;
}

/** Names this server answers to: its public origin's, and the loopback ones with its port. Refuses DNS rebinding. */
export function refuseWrongHost(request: FastifyRequest, origin: string, port: number): void {
  const host = request.headers.host?.toLowerCase();
  if (host === undefined) throw httpProblems.wrongHost();
  if (host === hostOf(origin)) return;
  if (LOOPBACK_NAMES.some((name) => host === `${name}:${port}` || (port === 80 && host === name))) return;
  throw httpProblems.wrongHost();
}

/**
 * Requests that a browser's cookie signs must come from our own pages: reading by its `Sec-Fetch-Site`, changing also by
 * a header that no other site can send without our consent (CORS never gives it).
 */
export function refuseCrossSite(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (request.method === 'GET' || request.method === 'HEAD') {
    if (site !== undefined && site !== 'same-origin' && site !== 'none') throw httpProblems.crossSite();
    return;
  }
  if (request.headers['x-strongroom'] !== '1') throw httpProblems.crossSite();
  if (site !== undefined) {
    if (site !== 'same-origin') throw httpProblems.crossSite();
    return;
  }
  const { origin, host } = request.headers;
  if (origin === undefined || !URL.canParse(origin) || new URL(origin).host !== host) throw httpProblems.crossSite();
}
