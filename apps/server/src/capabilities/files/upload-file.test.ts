import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Asker } from '#contracts';
import { startTestRooms, type TestRooms } from '../sources/start-test-rooms.ts';

const PARQUET = fileURLToPath(new URL('../data/flights-3m.parquet', import.meta.resolve('vega-datasets')));
let rooms: TestRooms;
let admin: Asker;
beforeAll(async () => {
  rooms = await startTestRooms({ fileBytesMax: 32 * 1024 * 1024 });
  admin = await rooms.person('admin', 'admin@example.org');
});
afterAll(() => rooms[Symbol.asyncDispose]());

async function* bytesOf(...texts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield typeof text === 'string' ? Buffer.from(text) : text;
}
const onDisk = async () =>
  (await readdir(path.join(rooms.filesFolder, admin.workspaceId)).catch(() => [] as string[])).toSorted((a, b) =>
    a.localeCompare(b),
  );
const rowCount = () =>
  rooms.database.withWorkspace(
    admin.workspaceId,
    async (transaction) => (await transaction.selectFrom('files').selectAll().execute()).length,
  );

describe('an upload', () => {
  test('lies sealed on the disk, for its owner alone; not a byte of it in clear', async () => {
    const { upload, ...preview } = await rooms.files.upload(
      admin,
      bytesOf('name,total\nplanted-', 'value-77,1\nb,2\n'),
      'Orders%202024.csv',
    );
    expect(preview).toEqual({
      format: 'csv',
      sizeBytes: 34,
      table: 'orders_2024',
      columns: [
        { name: 'name', type: 'text' },
        { name: 'total', type: 'bigint' },
      ],
      headerGuess: true,
    });
    const file = path.join(rooms.filesFolder, admin.workspaceId, upload);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file)).includes('planted')).toBe(false);
  });

  test('a Parquet file of 13 MB becomes a source, and goes with it', async () => {
    const { upload, columns } = await rooms.files.upload(admin, createReadStream(PARQUET), 'flights-3m.parquet');
    expect(columns.map((column) => column.name)).toEqual(['date', 'delay', 'distance', 'origin', 'destination']);
    expect(await rooms.sources.confirmFile(admin, { name: 'flights-3m', upload })).toMatchObject({
      kind: 'file',
      location: 'flights-3m.parquet, 13.5 MB',
      tables: 1,
    });
    await rooms.sources.remove(admin, 'flights-3m');
  });

  test.each([
    ['an empty file', 'a.csv', [''], 'files/empty'],
    ['ragged rows', 'a.csv', ['a,b\n1,2\n', '3,4,5\n6\n'], 'files/unreadable'],
    ['a Parquet file in name only', 'a.parquet', ['a,b\n1,2\n'], 'files/wrong_format'],
    ['a Parquet file cut off', 'a.parquet', ['PAR1', 'xxxxxxxxxxxxxxxxxxxxxxxxxxx'], 'files/unreadable'],
    ['a Parquet file called csv', 'a.csv', ['PAR1xxxxxxxxxxxxxxxx'], 'files/wrong_format'],
    ['an Excel workbook called csv', 'a.csv', [new Uint8Array([0x50, 0x4b, 3, 4, 0, 0])], 'files/wrong_format'],
    ['compressed text called csv', 'a.csv', [new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0])], 'files/wrong_format'],
    ['NUL bytes', 'a.csv', ['a,b\n\0,2\n'], 'files/wrong_format'],
    [
      'broken UTF-8',
      'a.csv',
      [Buffer.concat([Buffer.from('a,b\n'), Buffer.of(0xff, 0xfe, 0x2c, 0x31, 0x0a)])],
      'files/unreadable',
    ],
    ['half a JSON', 'a.json', ['[{"a": 1}, {"a"'], 'files/unreadable'],
    ['an ending nobody knows', 'a.exe', ['MZ'], 'files/unknown_format'],
    ['no name', undefined, ['a,b\n1,2\n'], 'files/bad_name'],
    ['a name that is no percent-encoding', '%E0%A4%A.csv', ['a\n1\n'], 'files/bad_name'],
  ])('of %s is refused with a sentence and a 4xx, and nothing is left', async (_what, name, parts, code) => {
    const before = [await onDisk(), await rowCount()];
    const failure = await rooms.files.upload(admin, bytesOf(...parts), name).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(/\w+ \w+ \w+/) });
    expect((failure as { status: number }).status).toBeGreaterThanOrEqual(400);
    expect((failure as { status: number }).status).toBeLessThan(500);
    expect([await onDisk(), await rowCount()]).toEqual(before);
  });

  test('that is too large or breaks off leaves nothing', async () => {
    const before = [await onDisk(), await rowCount()];
    const large = async function* () {
      yield Buffer.from('a,b\n');
      for (;;) yield Buffer.alloc(1024 * 1024, 'x');
    };
    await expect(rooms.files.upload(admin, large(), 'a.csv')).rejects.toMatchObject({
      code: 'files/too_large',
      status: 413,
    });
    const broken = async function* () {
      yield Buffer.from('a,b\n1,2\n');
      throw new Error('the socket closed');
    };
    await expect(rooms.files.upload(admin, broken(), 'a.csv')).rejects.toMatchObject({
      code: 'files/upload_cut',
      status: 400,
    });
    expect([await onDisk(), await rowCount()]).toEqual(before);
  });

  test('that nobody confirms is gone after an hour, key and bytes; a confirmed one stays', async () => {
    const kept = await rooms.files.upload(admin, bytesOf('a,b\n1,2\n'), 'kept.csv');
    await rooms.sources.confirmFile(admin, { name: 'kept', upload: kept.upload, header: true });
    const { upload } = await rooms.files.upload(admin, bytesOf('a,b\n1,2\n'), 'waiting.csv');
    rooms.clock.advance(60 * 60 * 1000 + 1);
    await expect(rooms.sources.confirmFile(admin, { name: 'late', upload, header: true })).rejects.toMatchObject({
      code: 'files/upload_not_found',
    });
    expect(await rooms.files.sweep(admin.workspaceId)).toBeGreaterThanOrEqual(1);
    expect(await onDisk()).toEqual([kept.upload]);
    await rooms.sources.remove(admin, 'kept');
    expect(await onDisk()).toEqual([]);
  });
});
