import type { Server } from './server.ts';
import type { Settings } from './environment.ts';
import type { Terminal } from './terminal.ts';

/** What every command has: somebody to ask and somewhere to say it. */
export type Session = { readonly server: Server; readonly terminal: Terminal; readonly settings: Settings };
