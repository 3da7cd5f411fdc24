import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SourceSchema } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import { startTestRooms, type TestRooms } from './start-test-rooms.ts';

let rooms: TestRooms;
let admin: Asker;
const seen: SourceSchema[] = [];
beforeAll(async () => {
  rooms = await startTestRooms();
  admin = await rooms.person('admin', 'admin@example.org');
  rooms.sources.onIntrospected(async (_transaction, _source, schema) => void seen.push(schema));
});
afterAll(() => rooms[Symbol.asyncDispose]());

const upload = async (text: string, name = 'people.csv') => {
  const bytes = async function* () {
    yield Buffer.from(text);
  };
  return (await rooms.files.upload(admin, bytes(), name)).upload;
};

test('a file becomes a source only after a person said what its first line is; then once', async () => {
  const id = await upload('name,town\nann,oslo\n');
  await expect(rooms.sources.confirmFile(admin, { name: 'people', upload: id })).rejects.toMatchObject({
    code: 'files/header_unconfirmed',
    status: 422,
  });
  expect(await rooms.sources.confirmFile(admin, { name: 'people', upload: id, header: true })).toMatchObject({
    kind: 'file',
    tables: 1,
    location: 'people.csv, 19 B',
  });
  await expect(rooms.sources.confirmFile(admin, { name: 'people-2', upload: id, header: true })).rejects.toMatchObject({
    code: 'files/upload_not_found',
    status: 404,
  });
});

test('a first line of values never becomes names, whatever the guess was', async () => {
  const id = await upload('planted-name,planted-town\nann,oslo\n');
  seen.length = 0;
  await rooms.sources.confirmFile(admin, { name: 'bare', upload: id, header: false });
  expect(JSON.stringify(seen)).not.toContain('planted');
  await rooms.sources.refresh(admin, 'bare');
  expect(JSON.stringify(seen)).not.toContain('planted');
});

test('an upload is its uploader’s alone: to others it is not there, as one that never was', async () => {
  const id = await upload('a,b\n1,2\n');
  const other = await rooms.person('admin', 'other@example.org');
  await expect(rooms.sources.confirmFile(other, { name: 'mine', upload: id, header: true })).rejects.toMatchObject({
    code: 'files/upload_not_found',
  });
  await expect(
    rooms.sources.confirmFile(admin, { name: 'mine', upload: randomUUID(), header: true }),
  ).rejects.toMatchObject({
    code: 'files/upload_not_found',
  });
});

test('a name that is taken leaves the upload to be confirmed under another', async () => {
  const id = await upload('a,b\n1,2\n');
  await expect(rooms.sources.confirmFile(admin, { name: 'people', upload: id, header: true })).rejects.toMatchObject({
    code: 'sources/name_taken',
  });
  await rooms.sources.confirmFile(admin, { name: 'numbers', upload: id, header: true });
});
