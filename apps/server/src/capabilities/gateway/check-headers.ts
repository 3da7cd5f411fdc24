import type { IncomingMessage } from 'node:http';
import { badHeader } from './errors.ts';

/** Those by which a request says one thing to us and another to whoever stands before or behind us. */
const REFUSED = new Set([
  'content-encoding',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]);
/** What must not come twice: of two, everybody takes another one. */
const SINGLE = new Set(['authorization', 'content-length', 'content-type', 'host', 'transfer-encoding']);

/**
 * INVARIANT: no header of a caller's is passed on; these are refused beside that, since they only make sense if somebody is to be
 * misled (RFC 9112 sections 6.1 and 11.2, RFC 9110 section 7.6.1). A length beside a transfer encoding Node refuses itself.
 * Throws `gateway/bad_header` (400).
 */
export function refuseHeaders({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): void {
  let seen = '';
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    if (REFUSED.has(name)) throw badHeader(name);
    if (name === 'connection' && !/^(keep-alive|close)$/i.test(value)) throw badHeader(name);
    if (name === 'transfer-encoding' && value.toLowerCase() !== 'chunked') throw badHeader(name);
    if (SINGLE.has(name)) {
      if (seen.includes(` ${name} `)) throw badHeader(name);
      seen += ` ${name} `;
    }
  }
}
