/** What we use of it; it is installed only where its bench ran. */
declare module 'pg-query-stream' {
  import type { Readable } from 'node:stream';
  class QueryStream extends Readable {
    constructor(text: string);
    submit(connection: unknown): void;
  }
  export = QueryStream;
}
