import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Holding, Migration, Tool, Verb } from '../apps/server/src/contracts/index.ts';
import { holdings } from '../apps/server/src/platform/database/holdings.ts';
import { platformMigrations } from '../apps/server/src/platform/database/platform-migrations.ts';

export type Capability = {
  readonly name: string;
  readonly folder: string;
  readonly files: readonly string[];
  readonly verbs: readonly Verb[];
  /** Verbs without a route, by the name that clients call them. */
  readonly tools: ReadonlyMap<string, Tool>;
  readonly migrations: readonly Migration[];
  readonly holdings: readonly Holding[];
};

const ROOT = join(import.meta.dirname, '..');
const SERVER = join(ROOT, 'apps/server/src');

/** Every capability as it declares itself, by name. Nothing is constructed: lists of verbs are made with empty hands. */
export async function loadCapabilities(): Promise<Capability[]> {
  const parent = join(SERVER, 'capabilities');
  const names = readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  return Promise.all(names.sort().map((name) => loadRoom(name, join(parent, name))));
}

/** What the platform itself keeps in tables. */
export const platformTables: Pick<Capability, 'migrations' | 'holdings'> = { migrations: platformMigrations, holdings };

async function loadRoom(name: string, folder: string): Promise<Capability> {
  const routes = await exportsOf(join(folder, 'routes.ts'));
  const makers = Object.entries(routes).filter(
    ([key, value]) => /(Routes|Verbs)$/.test(key) && typeof value === 'function',
  );
  return {
    name,
    folder,
    files: readdirSync(folder),
    tools: await toolsOf(join(folder, 'tools.ts')),
    verbs: makers.flatMap(([, make]) => (make as (...args: unknown[]) => Verb[])(anything, anything, anything)),
    migrations: Object.values(await exportsOf(join(folder, 'migrations.ts'))).flatMap(asMigrations),
    holdings: ((await exportsOf(join(folder, 'holdings.ts')))['holdings'] ?? []) as Holding[],
  };
}

async function toolsOf(path: string): Promise<ReadonlyMap<string, Tool>> {
  const makers = Object.entries(await exportsOf(path)).filter(([key]) => key.endsWith('Tools'));
  const tools = makers.flatMap(([, make]) => (make as (deps: unknown) => { tool: string; verb: Tool }[])(anything));
  return new Map(tools.map(({ tool, verb }) => [tool, verb]));
}

/** Text of a file of the capability, '' when it has none. */
export function readCapabilityFile({ folder }: Capability, file: string): string {
  return existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '';
}

async function exportsOf(path: string): Promise<Record<string, unknown>> {
  return existsSync(path) ? ((await import(pathToFileURL(path).href)) as Record<string, unknown>) : {};
}

function asMigrations(value: unknown): Migration[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter(
    (item): item is Migration => typeof item === 'object' && item !== null && 'id' in item && 'sql' in item,
  );
}

// Whatever a list of routes takes out of its dependencies while it is made, it gets; nothing of it does anything.
const anything: unknown = new Proxy(() => undefined, { get: () => anything, apply: () => anything });
