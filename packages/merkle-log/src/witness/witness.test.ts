import { generateKeyPairSync } from 'node:crypto';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { signCheckpoint } from '../checkpoint.ts';
import { compactRange } from '../compact-range.ts';
import { cosignedAt } from '../cosignature.ts';
import { proveConsistency } from '../prove.ts';
import { parseNote, parseSignatures } from '../signed-note.ts';
import { hashLeaf } from '../tree-hash.ts';
import { verifierKey } from '../verifier-key.ts';
import { createWitness, type Witness } from './add-checkpoint.ts';
import { serveWitness } from './serve-witness.ts';
import { loadWitnessKey } from './witness-key.ts';
import { fileWitnessState, type Witnessed, type WitnessState } from './witness-state.ts';

const origin = 'log.example/main';
const log = generateKeyPairSync('ed25519');
const own = generateKeyPairSync('ed25519');
const now = () => new Date('2026-03-04T05:06:07Z');
const witnessKey = verifierKey('witness.example', 'witness', own.publicKey);

/** A log of `size` entries; those from number `fork` on are other ones. */
function history(size: number, fork = Infinity) {
  const nodes = new Map<string, Uint8Array>();
  const range = compactRange();
  for (let index = 0; index < size; index += 1)
    range.append(hashLeaf(Buffer.from(`${index < fork ? 'entry' : 'forged'} ${index}`)), (level, at, hash) =>
      nodes.set(`${level}/${at}`, hash),
    );
  const proof = async (oldSize: number): Promise<Buffer[]> =>
    proveConsistency(
      async (asked) => asked.map(({ level, index }) => nodes.get(`${level}/${index}`) ?? Buffer.alloc(32)),
      oldSize,
      size,
    );
  return { note: signCheckpoint({ origin, size, root: range.root() }, log.privateKey), proof };
}

function witnessWith(state: WitnessState): Witness {
  const logs = [verifierKey(origin, 'log', log.publicKey)];
  return createWitness({ name: witnessKey.name, privateKey: own.privateKey, logs, state, now });
}

function request(oldSize: number, proof: readonly Uint8Array[], note: string): string {
  const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
  return `old ${oldSize}\n${lines}\n${note}`;
}

test('a witness signs a log that grows, with the time, and remembers it across a restart', async () => {
  await using folder = await temporaryFolder();
  const first = history(5);
  const answer = await witnessWith(fileWitnessState(folder.path)).addCheckpoint(request(0, [], first.note));
  expect(answer.status).toBe(200);
  const cosigned = { ...parseNote(first.note), signatures: parseSignatures(answer.body) };
  expect(cosignedAt(cosigned, witnessKey)).toEqual(now());

  const again = witnessWith(fileWitnessState(folder.path));
  const second = history(12);
  expect(await again.addCheckpoint(request(5, await second.proof(5), second.note))).toMatchObject({ status: 200 });
  expect(await again.addCheckpoint(request(12, [], second.note))).toMatchObject({ status: 200 });
});

test('a witness refuses a fork, an older log, a truncated one, and says how far it has seen', async () => {
  await using folder = await temporaryFolder();
  const witness = witnessWith(fileWitnessState(folder.path));
  const seen = history(8);
  expect(await witness.addCheckpoint(request(0, [], seen.note))).toMatchObject({ status: 200 });

  const known = { status: 409, type: 'text/x.tlog.size', body: '8\n' };
  expect(await witness.addCheckpoint(request(0, [], history(4).note))).toEqual(known);
  expect(await witness.addCheckpoint(request(0, [], history(20, 3).note))).toEqual(known);
  expect(await witness.addCheckpoint(request(8, [], history(8, 3).note))).toEqual(known);
  const forged = history(20, 3);
  expect(await witness.addCheckpoint(request(8, await forged.proof(8), forged.note))).toMatchObject({ status: 422 });
  expect(await witness.addCheckpoint(request(8, [], history(4).note))).toMatchObject({ status: 400 });
  const honest = history(20);
  expect(await witness.addCheckpoint(request(8, await honest.proof(8), honest.note))).toMatchObject({ status: 200 });
});

test('a witness refuses logs it does not know, signatures of others, and what it can not read', async () => {
  await using folder = await temporaryFolder();
  const witness = witnessWith(fileWitnessState(folder.path));
  const stranger = generateKeyPairSync('ed25519').privateKey;
  const root = hashLeaf(Buffer.from('x'));
  const foreign = signCheckpoint({ origin: 'other.example', size: 1, root }, log.privateKey);
  const forged = signCheckpoint({ origin, size: 1, root }, stranger);
  expect(await witness.addCheckpoint(request(0, [], foreign))).toMatchObject({ status: 404 });
  expect(await witness.addCheckpoint(request(0, [], forged))).toMatchObject({ status: 403 });
  const { note } = history(3);
  const tooMany = Array.from({ length: 64 }, () => root);
  for (const body of [
    '',
    'old 0',
    'old -1\n\n',
    `old 1e3\n\n${note}`,
    `new 0\n\n${note}`,
    request(0, tooMany, note),
    request(0, [Buffer.from('short')], note),
    'old 0\n\nno note\n',
  ])
    expect(await witness.addCheckpoint(body), body.slice(0, 20)).toMatchObject({ status: 400 });
  expect(await witness.addCheckpoint(request(0, [root], note))).toMatchObject({ status: 422 });
  expect(await readdir(folder.path)).toEqual([]);
});

test('of two histories that come at once a witness signs one', async () => {
  await using folder = await temporaryFolder();
  const witness = witnessWith(fileWitnessState(folder.path));
  const answers = await Promise.all(
    [history(6), history(6, 2)].map(({ note }) => witness.addCheckpoint(request(0, [], note))),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 409]);
});

test('of two witnesses of one folder, only one signs when two histories come at once', async () => {
  await using folder = await temporaryFolder();
  for (let round = 0; round < 20; round += 1) {
    const state = join(folder.path, String(round));
    const answers = await Promise.all(
      [history(6), history(6, 2)].map(({ note }) =>
        witnessWith(fileWitnessState(state))
          .addCheckpoint(request(0, [], note))
          .then(
            ({ status }) => status,
            () => 500,
          ),
      ),
    );
    expect(answers.filter((status) => status === 200)).toHaveLength(1);
  }
});

test('a witness that can not keep what it signs does not sign, and goes on when it can again', async () => {
  let full = true;
  const kept = new Map<string, Witnessed>();
  const witness = witnessWith({
    read: async (name) => kept.get(name) ?? null,
    write: async (name, witnessed) => {
      if (full) throw new Error('the disk is full');
      kept.set(name, witnessed);
    },
  });
  const body = request(0, [], history(3).note);
  await expect(witness.addCheckpoint(body)).rejects.toThrow('the disk is full');
  full = false;
  expect(await witness.addCheckpoint(body)).toMatchObject({ status: 200 });
});

test('a witness whose memory was damaged refuses rather than begin anew', async () => {
  await using folder = await temporaryFolder();
  const witness = witnessWith(fileWitnessState(folder.path));
  await witness.addCheckpoint(request(0, [], history(3).note));
  const [file = ''] = await readdir(folder.path);
  const path = join(folder.path, file);
  await writeFile(path, (await readFile(path, 'utf8')).replace(origin, 'other'));
  await expect(witness.addCheckpoint(request(3, [], history(3).note))).rejects.toMatchObject({
    code: 'merkle-log/bad_state',
  });
  await writeFile(path, (await readFile(path, 'utf8')).replace('other\n3\n', `${origin}\n0\n`));
  await expect(witness.addCheckpoint(request(0, [], history(3, 1).note))).rejects.toMatchObject({
    code: 'merkle-log/bad_state',
  });
});

test('over HTTP a witness answers as it should, and refuses what is too long or elsewhere', async () => {
  await using folder = await temporaryFolder();
  const failed: unknown[] = [];
  const served = await serveWitness(witnessWith(fileWitnessState(folder.path)), {
    host: '127.0.0.1',
    port: 0,
    failed: (error) => void failed.push(error),
  });
  const post = (body: string, path = '/add-checkpoint') => fetch(`${served.url}${path}`, { method: 'POST', body });
  const first = await post(request(0, [], history(4).note));
  expect([first.status, parseSignatures(await first.text()).length]).toEqual([200, 1]);
  const late = await post(request(0, [], history(9).note));
  expect([late.status, late.headers.get('content-type'), await late.text()]).toEqual([409, 'text/x.tlog.size', '4\n']);
  expect((await post('x'.repeat(70_000))).status).toBe(413);
  expect((await post('', '/')).status).toBe(404);
  expect((await fetch(`${served.url}/add-checkpoint`)).status).toBe(405);
  const [file = ''] = await readdir(folder.path);
  await writeFile(join(folder.path, file), 'damaged');
  expect((await post(request(4, [], history(4).note))).status).toBe(500);
  expect(failed).toHaveLength(1);
  await served.close();
});

test('a witness keeps its key, and refuses one that others may read or that is none', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'deep', 'witness.key');
  const made = await loadWitnessKey(file);
  expect((await loadWitnessKey(file)).equals(made)).toBe(true);
  await chmod(file, 0o644);
  await expect(loadWitnessKey(file)).rejects.toThrow(/can be read by others/);
  await chmod(file, 0o600);
  await writeFile(file, 'no key');
  await expect(loadWitnessKey(file)).rejects.toMatchObject({ code: 'merkle-log/bad_state' });
});
