import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { httpProblems } from './problems.ts';
import { pageHeaders } from './security-headers.ts';

const YEAR_SECONDS = 31_536_000;
const NONCE_PLACEHOLDER = '__CSP_NONCE__';
/** Addresses that are programs' and never a page. */
const NOT_PAGES = /^\/(api|evaluation|v1|mcp|scim|assets)(\/|$)/;

export type WebApp = { sendPage(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> };

/**
 * The built web app. Files under `assets/` carry a hash in their name and are cached for ever; `index.html` gets a
 * fresh nonce for each answer and is never kept. Compressed copies (`.br`, `.gz`) are made by the build.
 */
export async function registerWebApp(
  app: FastifyInstance,
  options: { folder: string; issuer: string | null },
): Promise<WebApp> {
  const page = await readFile(path.join(options.folder, 'index.html'), 'utf8').catch(() => null);
  if (page !== null) {
    await app.register(fastifyStatic, {
      root: options.folder,
      index: false,
      preCompressed: true,
      wildcard: false,
      cacheControl: false,
      globIgnore: ['**/*.br', '**/*.gz', 'index.html'],
      setHeaders: (reply, file) => {
        const immutable = file.startsWith(path.join(options.folder, 'assets'));
        reply.header('cache-control', immutable ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
      },
    });
  }
  const sendPage: WebApp['sendPage'] = async (request, reply) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw httpProblems.notFound();
    if (NOT_PAGES.test(request.url) || path.extname(request.url.split('?')[0] ?? '') !== '' || !acceptsPage(request))
      throw httpProblems.notFound();
    const { nonce, headers } = pageHeaders(options.issuer);
    reply.headers(headers).header('cache-control', 'no-store').type('text/html; charset=utf-8');
    if (page === null)
      return reply
        .code(503)
        .send('<!doctype html><title>Strongroom</title><p>The web app is not built yet: run <code>npm start</code>.');
    return reply.send(page.replaceAll(NONCE_PLACEHOLDER, nonce));
  };
  return { sendPage };
}

function acceptsPage(request: FastifyRequest): boolean {
  const accept = request.headers.accept;
  return accept === undefined || accept.includes('text/html') || accept.includes('*/*');
}
