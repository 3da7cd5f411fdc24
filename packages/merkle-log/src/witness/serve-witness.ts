import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Witness } from './add-checkpoint.ts';

/** A checkpoint, 63 hashes, and room. */
const bodySizeMax = 64 * 1024;
const requestTimeoutMs = 10_000;

export type ServedWitness = { readonly url: string; close(): Promise<void> };

/**
 * `POST /add-checkpoint` over HTTP; TLS is for whatever stands before it. `port` 0: any free one.
 * `failed`: told what kept it from answering, in its own words only.
 */
export async function serveWitness(
  witness: Witness,
  { host, port, failed }: { host: string; port: number; failed: (error: unknown) => void },
): Promise<ServedWitness> {
  const server = createServer(
    { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs },
    (request, reply) => {
      const answer = (status: number, type: string, body: string): void => {
        reply.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
      };
      const refuse = (status: number): void => answer(status, 'text/plain; charset=utf-8', '');
      if (request.url !== '/add-checkpoint') return refuse(404);
      if (request.method !== 'POST') return refuse(405);
      readBody(request)
        .then(async (body) => {
          if (body === null) return refuse(413);
          const { status, type, body: text } = await witness.addCheckpoint(body);
          answer(status, type, text);
        })
        .catch((error: unknown) => {
          failed(error);
          if (!reply.headersSent) refuse(500);
        });
    },
  );
  await listen(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** null when there is more than a request may have. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > bodySizeMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}
