/** What we use of it; it brings no types, and is installed only where its bench ran. */
declare module 'hypercore' {
  class Hypercore {
    constructor(storage: string);
    append(blocks: Uint8Array | readonly Uint8Array[]): Promise<unknown>;
    close(): Promise<void>;
  }
  export = Hypercore;
}
