import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFakeTransit, startServer, temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { until } from './support/until.ts';

test('keys held by a transit engine: revoked there everything goes dark, a new token heals without a restart', async () => {
  await using folder = await temporaryFolder('transit');
  await using engine = await startFakeTransit();
  const tokenFile = join(folder.path, 'token');
  await writeFile(tokenFile, engine.token);
  const env = {
    STRONGROOM_SAMPLE: 'off',
    STRONGROOM_TRANSIT_URL: engine.url,
    STRONGROOM_TRANSIT_TOKEN_FILE: tokenFile,
    STRONGROOM_TRANSIT_KEY: 'rooms',
  };
  await using server = await startServer({ env });
  const readLog = async (): Promise<{ status: number; text: string }> => {
    const reply = await server.call('GET', 'ledger?limit=1');
    return { status: reply.status, text: await reply.text() };
  };
  expect((await readLog()).status).toBe(200);
  expect(engine.requests).toContain('POST encrypt/rooms-root');

  engine.accept(null);
  await until('it goes dark', async () => (await readLog()).status === 503);
  expect((await readLog()).text).toContain('vault/key_unavailable');

  engine.accept('hvs.renewed-token');
  await writeFile(tokenFile, 'hvs.renewed-token');
  await until('it heals', async () => (await readLog()).status === 200);
  const { stdout, stderr } = server.output();
  expect(`${stdout}${stderr}`).not.toMatch(/hvs[.]/);
});
