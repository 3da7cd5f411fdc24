import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { httpProblems } from './problems.ts';

export const BODY_BYTES_MAX = 256 * 1024;

/** JSON is decoded strictly: broken UTF-8 is refused, not replaced. Everything else only reaches verbs that take streams. */
export function registerBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      done(null, request.routeOptions.config.takesJsonBytes ? body : parseJson(body));
    } catch (error) {
      done(error as Error);
    }
  });
  app.addContentTypeParser('*', (request, payload, done) => {
    const { streamBytesMax, leavesBody } = request.routeOptions.config;
    if (leavesBody) done(null);
    else if (streamBytesMax === undefined) done(httpProblems.unsupportedMediaType());
    else if (Number(request.headers['content-length'] ?? 0) > streamBytesMax)
      done(httpProblems.tooLarge(streamBytesMax));
    else done(null, limited(payload, streamBytesMax));
  });
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  let text: string;
  try {
    text = decoder.decode(body);
  } catch {
    throw httpProblems.badUtf8();
  }
  try {
    return JSON.parse(text, withoutPrototype);
  } catch {
    throw httpProblems.badJson();
  }
}

/** Drops the members that could change an object's prototype. */
function withoutPrototype(name: string, value: unknown): unknown {
  return name === '__proto__' || name === 'constructor' ? undefined : value;
}

/** Fails with `http/too_large` once more than `bytesMax` came; a client can leave out the length. */
function limited(payload: Readable, bytesMax: number): Readable {
  let seenBytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seenBytes += chunk.length;
      if (seenBytes > bytesMax) done(httpProblems.tooLarge(bytesMax));
      else done(null, chunk);
    },
  });
  payload.once('error', (error) => limit.destroy(error));
  payload.once('close', () => {
    if (!payload.readableEnded && !limit.writableEnded) limit.destroy(new Error('the upload broke off'));
  });
  return payload.pipe(limit);
}

/** Whether any text inside holds a NUL, which PostgreSQL can't keep and no honest client sends. */
export function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (Array.isArray(value)) return value.some(holdsNul);
  if (value !== null && typeof value === 'object')
    return Object.entries(value).some(([name, member]) => name.includes('\0') || holdsNul(member));
  return false;
}
