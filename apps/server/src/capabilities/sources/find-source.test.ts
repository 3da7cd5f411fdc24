import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProblemError } from '@strongroom/protocol';
import { createAccess } from '#access';
import type { Asker } from '#contracts';
import { startTestRooms, type TestRooms } from './start-test-rooms.ts';

let rooms: TestRooms;
let owner: Asker;
let otherAdmin: Asker;
let colleague: Asker;
beforeAll(async () => {
  rooms = await startTestRooms();
  owner = await rooms.person('admin', 'owner@example.org');
  otherAdmin = await rooms.person('admin', 'other@example.org');
  colleague = await rooms.person('viewer', 'colleague@example.org');
  await rooms.sources.addDatabase(owner, { name: 'shop', url: rooms.shop.url });
});
afterAll(() => rooms[Symbol.asyncDispose]());

const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProblemError)) throw new Error('no refusal');
  return {
    code: error.code,
    status: error.status,
    message: error.message,
    members: error.members,
    internal: error.internal,
  };
};

describe('who may query a source', () => {
  test('its owner may; an administrator it was not shared with may manage but not query it', async () => {
    expect(await rooms.sources.find(owner, 'shop')).toMatchObject({ name: 'shop', dialect: 'postgres' });
    expect(await rooms.sources.show(otherAdmin, 'shop')).toMatchObject({ mayQuery: false, mayManage: true });
    expect(await refusal(rooms.sources.find(otherAdmin, 'shop'))).toMatchObject({ code: 'query/denied', status: 403 });
  });

  test('a hidden source and a missing source get the same refusal, to query and to see', async () => {
    expect(await refusal(rooms.sources.find(colleague, 'shop'))).toEqual(
      await refusal(rooms.sources.find(colleague, 'no-such')),
    );
    expect(await refusal(rooms.sources.find(colleague, 'shop'))).toEqual(
      await refusal(rooms.sources.find(colleague, "x'; drop table sources; --\0")),
    );
    expect(await refusal(rooms.sources.show(colleague, 'shop'))).toEqual(
      await refusal(rooms.sources.show(colleague, 'no-such')),
    );
    expect(await rooms.sources.list(colleague)).toEqual([]);
  });

  test('what is shared can be queried, and not after it was taken back; who else has it stays hidden', async () => {
    await rooms.sources.share(owner, 'shop', 'person:colleague@example.org');
    expect(await rooms.sources.find(colleague, 'shop')).toMatchObject({ name: 'shop' });
    expect(await rooms.sources.list(colleague)).toMatchObject([
      { name: 'shop', mayQuery: true, mayManage: false, grants: [] },
    ]);
    expect((await rooms.sources.show(owner, 'shop')).grants).toEqual(['person:colleague@example.org']);
    await rooms.sources.unshare(owner, 'shop', 'person:colleague@example.org');
    expect(await refusal(rooms.sources.find(colleague, 'shop'))).toMatchObject({ code: 'query/denied' });
  });

  test('another workspace sees nothing of it', async () => {
    const stranger = { ...owner, workspaceId: '00000000-0000-4000-8000-000000000001' };
    expect(await rooms.sources.list(stranger)).toEqual([]);
    expect(await refusal(rooms.sources.find(stranger, 'shop'))).toMatchObject({ code: 'query/denied' });
  });
});

describe('what a source was found to be a moment ago', () => {
  const asked = () => rooms.sources.find(colleague, 'shop');
  /** As another server of the same database would. */
  const elsewhere = () => createAccess({ database: rooms.database, directory: rooms.directory, sealer: rooms.vault });

  test('does not outlive a grant that this server takes back, nor the admin’s switch', async () => {
    await rooms.sources.share(owner, 'shop', 'person:colleague@example.org');
    expect((await asked()).runSql).toBe(true);
    await rooms.access.runSql.set(owner.workspaceId, false);
    expect((await asked()).runSql).toBe(false);
    await rooms.access.runSql.set(owner.workspaceId, true);
    expect((await asked()).runSql).toBe(true);
    await rooms.sources.unshare(owner, 'shop', 'person:colleague@example.org');
    expect(await refusal(asked())).toMatchObject({ code: 'query/denied' });
  });

  test('is known a second later where another server changed it', async () => {
    await rooms.sources.share(owner, 'shop', 'person:colleague@example.org');
    expect((await asked()).runSql).toBe(true);
    await elsewhere().runSql.set(owner.workspaceId, false);
    rooms.clock.advance(1_000);
    expect((await asked()).runSql).toBe(false);
    await elsewhere().runSql.set(owner.workspaceId, true);
    rooms.clock.advance(1_000);
    expect((await asked()).runSql).toBe(true);
  });

  test('holds for nobody with other rights', async () => {
    expect(await asked()).toMatchObject({ name: 'shop' });
    expect(await refusal(rooms.sources.find({ ...colleague, personId: otherAdmin.personId }, 'shop'))).toMatchObject({
      code: 'query/denied',
    });
  });
});
