import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export type HostileSource = AsyncDisposable & {
  /** The address of a source that leads here. */
  url(login?: string): string;
  /** From now on: nothing is passed on (`hang`), or each connection is cut after so many bytes of the database's (`drop`). */
  behave(behaviour: 'pass' | 'hang' | { readonly dropAfterBytes: number }): void;
};

/** A TCP server that takes connections and never says a word. */
export async function startSilentSource(): Promise<HostileSource> {
  return serve(() => {});
}

/** Stands between a source's clients and the PostgreSQL at `port`, and misbehaves when told to. */
export async function startProxy(port: number): Promise<HostileSource> {
  let behaviour: 'pass' | 'hang' | { readonly dropAfterBytes: number } = 'pass';
  const source = await serve((client, sockets) => {
    const database = connect(port, '127.0.0.1');
    sockets.add(database);
    let passedBytes = 0;
    database.on('error', () => client.destroy());
    client.on('close', () => database.destroy());
    database.on('close', () => client.destroy());
    client.on('data', (bytes) => void (behaviour === 'hang' || database.write(bytes)));
    database.on('data', (bytes) => {
      if (behaviour === 'hang') return;
      passedBytes += bytes.length;
      client.write(bytes);
      if (behaviour !== 'pass' && passedBytes > behaviour.dropAfterBytes) client.destroy();
    });
  });
  return {
    ...source,
    behave(next) {
      behaviour = next;
    },
  };
}

async function serve(onConnection: (client: Socket, sockets: Set<Socket>) => void): Promise<HostileSource> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => {}); // the other side left
    onConnection(client, sockets);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (login = 'reader:secret') => `postgres://${login}@127.0.0.1:${port}/postgres`,
    behave: () => {},
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
