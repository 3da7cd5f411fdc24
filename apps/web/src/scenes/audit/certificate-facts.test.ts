import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { cosign, parseNote, printNote } from '@strongroom/merkle-log';
import { rootFolder } from '@strongroom/testkit';
import { type ErasureCertificate, erasureCertificateSchema } from '@strongroom/protocol';
import { expect, test } from 'vitest';
import { actorOf, checkpointOf, epochsEndedBefore, kindsOf } from './certificate-facts.ts';

async function fixture(status: 'pending' | 'final'): Promise<ErasureCertificate> {
  const file = path.join(rootFolder, 'packages/merkle-log/fixtures', `${status}-certificate.json`);
  return erasureCertificateSchema.parse(JSON.parse(await readFile(file, 'utf8')));
}

test('a certificate says who asked, what of, and which epochs ended', async () => {
  const final = await fixture('final');
  expect(actorOf(final.request)).toBe('ada@example.org');
  expect(kindsOf(final)).toEqual([
    ['question', 1],
    ['audit entries', 1],
  ]);
  expect(epochsEndedBefore(final)).toBe(5);
  expect(epochsEndedBefore(await fixture('pending'))).toBeNull();
});

test('who asked is not named once their entries no longer open, nor where the entry says something else', async () => {
  const { request } = await fixture('final');
  for (const fields of [{ hash: 'aa' }, { actor: ['salt', 'null'] }, { actor: ['salt', '{'] }] as const)
    expect(actorOf({ ...request, entry: { ...request.entry, fields: fields as never } })).toBeNull();
});

test('witnesses are those who signed beside the log, with their time where their line has one', async () => {
  const final = await fixture('final');
  expect(checkpointOf(final)).toMatchObject({ size: 11, root: expect.stringMatching(/^JFJ6U0MH/), cosigners: [] });
  const note = parseNote(final.checkpoint);
  const { privateKey } = generateKeyPairSync('ed25519');
  const seen = cosign(note.text, 'witness.example', privateKey, new Date('2026-03-04T05:06:07Z'));
  const other = { ...seen, name: 'other.example', bytes: Buffer.from('short') };
  const checkpoint = printNote({ text: note.text, signatures: [...note.signatures, seen, other] });
  expect(checkpointOf({ ...final, checkpoint }).cosigners).toEqual([
    { name: 'witness.example', at: '2026-03-04T05:06:07.000Z' },
    { name: 'other.example', at: null },
  ]);
});
