import { setImmediate as turn } from 'node:timers/promises';
import type { AuditContext, OutboundDoor, OutboundScan } from '#contracts';
import { createShortMemory, forgetting } from '#platform/memory';
import type { CanariesDeps } from './deps.ts';
import { blocked } from './errors.ts';
import { createScanner, OVERLAP_SIZE, type Scanner } from './scan/scanner.ts';
import { countFinding, readCanaries } from './store.ts';

/** How long a canary that another server has planted may stay unlooked for. */
const PLANTED_MS = 1_000;
/** Of what is large only so much is looked through before others have their turn. */
const AT_ONCE_BYTES = 256 * 1024;

/** What a workspace looks for. */
type Planted = { readonly scanner: Scanner; readonly byToken: ReadonlyMap<string, { id: string; name: string }> };

export function watchDoors(deps: CanariesDeps): { readonly scan: OutboundScan; readonly deps: CanariesDeps } {
  const memory = createShortMemory<Planted>({ keptMs: PLANTED_MS, clock: deps.clock }, () => true);
  const plantedIn = (workspaceId: string) => memory.get(workspaceId, () => readPlanted(deps, workspaceId));
  const stop = async (context: AuditContext, door: OutboundDoor, planted: Planted, token: string): Promise<never> => {
    const { id, name } = planted.byToken.get(token) ?? { id: '', name: '' };
    deps.log.error(
      { canary: name, door, requestId: context.requestId },
      'a canary was found on its way out, and stopped',
    );
    await deps.audit.append(context, {
      action: 'canaries.found',
      resource: name,
      decision: { allowed: false, reason: `door ${door}` },
      outcome: 'refused',
    });
    await deps.database.withWorkspace(context.workspaceId, (within) => countFinding(within, id, deps.clock.now()));
    throw blocked();
  };
  return {
    deps: { ...deps, database: forgetting(deps.database, memory) },
    scan: {
      async pass(context, door, given) {
        const planted = await plantedIn(context.workspaceId);
        const scan = planted.scanner.start();
        const bytes = toBytes(given);
        for (let at = 0; at < bytes.length; at += AT_ONCE_BYTES) {
          if (at > 0) await turn();
          const token = scan.next(bytes.subarray(at, at + AT_ONCE_BYTES));
          if (token !== null) await stop(context, door, planted, token);
        }
      },
      async *stream(context, door, chunks) {
        const planted = await plantedIn(context.workspaceId);
        const scan = planted.scanner.start();
        let held: Uint8Array = new Uint8Array();
        for await (const chunk of chunks) {
          const bytes = toBytes(chunk);
          const token = scan.next(bytes);
          if (token !== null) await stop(context, door, planted, token);
          held = Buffer.concat([held, bytes]);
          const ready = held.length - OVERLAP_SIZE;
          if (ready <= 0) continue;
          yield held.subarray(0, ready);
          held = held.subarray(ready);
        }
        if (held.length > 0) yield held;
      },
    },
  };
}

async function readPlanted({ database, sealer }: CanariesDeps, workspaceId: string): Promise<Planted> {
  const rows = await readCanaries(database, workspaceId);
  const opened =
    rows.length === 0
      ? []
      : await sealer.openMany(
          workspaceId,
          rows.map(({ id, sealed }) => ({ objectId: id, sealed })),
        );
  const byToken = new Map(
    rows.flatMap(({ id, name }, at) => {
      const token = opened[at];
      return token === null || token === undefined ? [] : [[Buffer.from(token).toString(), { id, name }] as const];
    }),
  );
  return { byToken, scanner: createScanner([...byToken.keys()]) };
}

function toBytes(chunk: Uint8Array | string): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}
