import type { Server } from './server.ts';
import type { Settings } from './environment.ts';
import type { Terminal } from './terminal.ts';

/** What every command has: where it was started and somewhere to say it. */
export type Desk = { readonly terminal: Terminal; readonly settings: Settings };
/** And, most of them, somebody to ask. */
export type Session = Desk & { readonly server: Server };
