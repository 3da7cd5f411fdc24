import type { RunningServer, TestPostgres } from '@strongroom/testkit';

export const ROWS = 1_000_000;

/** A server with one source, `wide`, of one table of so many rows and six columns. */
export type QueryWorld = { readonly server: RunningServer; readonly postgres: TestPostgres };
