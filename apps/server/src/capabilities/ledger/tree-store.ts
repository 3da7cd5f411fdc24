import {
  edgeNodes,
  hashSizeBytes,
  nodeInTile,
  type ReadNodes,
  tileHeight,
  tileOf,
  type TilePlace,
  tileWidth,
} from '@strongroom/merkle-log';
import { sql, type ColumnType } from 'kysely';
import type { Database, Tables, Transaction } from '#platform/database';

declare module '#platform/database' {
  interface Tables {
    ledger_tiles: {
      workspace_id: string;
      level: number;
      tile: ColumnType<string, number, never>;
      hashes: ColumnType<Buffer, Uint8Array, Uint8Array>;
    };
    ledger_checkpoints: {
      workspace_id: string;
      size: ColumnType<string, number, never>;
      note: string;
      signed_at: Date;
    };
  }
}

type Within = Transaction<Tables>;
export type NewLeaf = { readonly position: number; readonly leafHash: Buffer; readonly mac: Buffer };

/** True when this transaction may put entries into the workspace's tree: one at a time, over all servers of a database. */
export async function lockTree(within: Within, workspaceId: string): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`ledger/${workspaceId}`}, 0)) as locked
  `.execute(within);
  return rows[0]?.locked === true;
}

/** Committed entries that no checkpoint covers yet, in order. */
export async function selectNewLeaves(within: Within, size: number, rowsMax: number): Promise<NewLeaf[]> {
  const rows = await within
    .selectFrom('ledger_entries')
    .select(['position', 'leaf_hash as leafHash', 'mac'])
    .where(sql<boolean>`position > ${size}::bigint`)
    .orderBy('position')
    .limit(rowsMax)
    .execute();
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
}

/** Reads complete nodes of a tree that has been stored; throws RangeError for one that has not. One statement. */
export function readNodes(within: Within): ReadNodes {
  return nodesFrom((places) => selectTiles(within, places));
}

/** The same outside of a transaction, in one round trip: a complete node never changes, so it does not matter when it is read. */
export function readNodesAtOnce(database: Database, workspaceId: string): ReadNodes {
  return nodesFrom(async (places) => {
    const { levels, tiles } = columnsOf(places);
    const found = sql<Tile>`select * from strongroom.ledger_tiles_of(${workspaceId}::uuid, ${levels}, ${tiles})`;
    return byPlace(await database.atOnce('ledger tiles', found));
  });
}

function nodesFrom(readTiles: (places: readonly TilePlace[]) => Promise<Map<string, Buffer>>): ReadNodes {
  return async (nodes) => {
    const places = nodes.map(tileOf);
    const tiles = await readTiles(places);
    return nodes.map((node, at) => nodeInTile(node, tiles.get(keyOf(places[at])) ?? Buffer.alloc(0)));
  };
}

/** Roots of the perfect subtrees of the first `size` entries, largest first. */
export async function readEdge(within: Within, size: number): Promise<readonly Uint8Array[]> {
  return readNodes(within)(edgeNodes(size));
}

export type NewNode = { readonly level: number; readonly index: number; readonly hash: Uint8Array };

const tilesAtOnce = 100;

/** Adds nodes, which come in order, to the tiles they belong to. */
export async function addNodes(within: Within, workspaceId: string, nodes: readonly NewNode[]): Promise<void> {
  const groups = new Map<string, { place: TilePlace; first: number; hashes: Uint8Array[] }>();
  for (const { level, index, hash } of nodes) {
    if (level % tileHeight !== 0) continue;
    const place = { level: level / tileHeight, index: Math.floor(index / tileWidth) };
    const group = groups.get(keyOf(place)) ?? { place, first: index % tileWidth, hashes: [] };
    groups.set(keyOf(place), group);
    group.hashes.push(hash);
  }
  const begun = [...groups.values()].filter(({ first }) => first > 0).map(({ place }) => place);
  const before = await selectTiles(within, begun);
  const tiles = Array.from(groups.values(), ({ place, first, hashes }) => {
    const old = before.get(keyOf(place)) ?? Buffer.alloc(0);
    const whole = Buffer.concat([old.subarray(0, first * hashSizeBytes), ...hashes]);
    return { workspace_id: workspaceId, level: place.level, tile: place.index, hashes: whole };
  });
  for (let from = 0; from < tiles.length; from += tilesAtOnce)
    await within
      .insertInto('ledger_tiles')
      .values(tiles.slice(from, from + tilesAtOnce))
      .onConflict((conflict) =>
        conflict
          .columns(['workspace_id', 'level', 'tile'])
          .doUpdateSet((update) => ({ hashes: update.ref('excluded.hashes') })),
      )
      .execute();
}

/** Hashes of the entries' level, for positions `after` + 1 to `until`; null where the tree holds none. */
export async function selectLeafHashes(within: Within, after: number, until: number): Promise<(Buffer | null)[]> {
  const first = Math.floor(after / tileWidth);
  const places = Array.from({ length: Math.floor((until - 1) / tileWidth) - first + 1 }, (_, at) => ({
    level: 0,
    index: first + at,
  }));
  const tiles = await selectTiles(within, places);
  return Array.from({ length: until - after }, (_, at) => {
    const index = after + at;
    const from = (index % tileWidth) * hashSizeBytes;
    const hash = tiles
      .get(keyOf({ level: 0, index: Math.floor(index / tileWidth) }))
      ?.subarray(from, from + hashSizeBytes);
    return hash?.length === hashSizeBytes ? hash : null;
  });
}

type Tile = { level: number; tile: string; hashes: Buffer };

/** One look into the index for each tile, however many the workspace has: a plain join would read them all. */
async function selectTiles(within: Within, places: readonly TilePlace[]): Promise<Map<string, Buffer>> {
  const { levels, tiles } = columnsOf(places);
  if (levels.length === 0) return new Map();
  const { rows } = await sql<Tile>`
    select found.level, found.tile, found.hashes
    from unnest(${levels}::integer[], ${tiles}::bigint[]) as wanted (level, tile),
      lateral (select * from ledger_tiles where level = wanted.level and tile = wanted.tile limit 1) as found
  `.execute(within);
  return byPlace(rows);
}

/** Each place once. */
function columnsOf(places: readonly TilePlace[]): { levels: number[]; tiles: number[] } {
  const wanted = [...new Map(places.map((place) => [keyOf(place), place])).values()];
  return { levels: wanted.map(({ level }) => level), tiles: wanted.map(({ index }) => index) };
}

function byPlace(tiles: readonly Tile[]): Map<string, Buffer> {
  return new Map(tiles.map(({ level, tile, hashes }) => [`${level}/${tile}`, hashes]));
}

function keyOf(place: TilePlace | undefined): string {
  return place === undefined ? '' : `${place.level}/${place.index}`;
}

export type StoredCheckpoint = { readonly size: number; readonly note: string };

/** The newest checkpoint's note, or null before the first. */
export async function selectNewestCheckpoint(within: Within): Promise<string | null> {
  const row = await within
    .selectFrom('ledger_checkpoints')
    .select('note')
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.note ?? null;
}

/** At most `rowsMax` checkpoints below `size`, evenly spread, smallest first. */
export async function selectSpreadCheckpoints(
  within: Within,
  size: number,
  rowsMax: number,
): Promise<StoredCheckpoint[]> {
  const { rows } = await sql<{ size: string; note: string }>`
    select size, note from (
      select note, size, row_number() over (order by size) as place, count(*) over () as total
      from ledger_checkpoints where size < ${size}::bigint
    ) as numbered
    where place % greatest(1, ceil(total / ${rowsMax}::numeric)::bigint) = 0 order by size
  `.execute(within);
  return rows.map((row) => ({ size: Number(row.size), note: row.note }));
}

/** INVARIANT: the commit is flushed before anybody is shown the checkpoint, also on a cluster whose operator turned that off. */
export async function insertCheckpoint(
  within: Within,
  checkpoint: { workspace_id: string; size: number; note: string; signed_at: Date },
): Promise<void> {
  await within
    .insertInto('ledger_checkpoints')
    .values(checkpoint)
    .returning(
      sql`case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', true) end`.as(
        'flushed',
      ),
    )
    .execute();
}
