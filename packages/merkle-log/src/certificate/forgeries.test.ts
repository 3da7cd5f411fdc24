import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { signCheckpoint } from '../checkpoint.ts';
import { leafOf } from '../export/leaf-of-entry.ts';
import { parseVerifierKey, printVerifierKey, verifierKey } from '../verifier-key.ts';
import { type CertificateParts, certificateNotes, type ErasedObject, type UnsignedCertificate } from './certificate.ts';
import { printCertificate } from './print-certificate.ts';
import {
  type ActName,
  commitments,
  entryAt,
  forge,
  inOrder,
  keyOf,
  logKey,
  pending,
  showAll,
} from './test-certificate.ts';
import { signing, type Story, subject, tell, testOrigin, unsignedOf, uuidOf } from './test-certificate.ts';
import { verifyCertificate } from './verify-certificate.ts';

/** Signed with the log's own key, so that nothing but what it says can give it away. */
type Forgery = readonly [
  title: string,
  problems: readonly [string, ...string[]],
  story: Story,
  edit?: (parts: CertificateParts) => CertificateParts,
];

const birth = 'the birth of the key of object 1';
const destruction = 'the destruction of the key of object 1';
const elsewhere = `${uuidOf(3)}.${commitments[0]}`;

function withFirst(parts: CertificateParts, change: (first: ErasedObject, second: ErasedObject) => ErasedObject[]) {
  const [first, second] = parts.objects;
  if (first === undefined || second === undefined) throw new Error('the story has two objects');
  return { ...parts, objects: change(first, second) };
}

function swapped(one: ActName, other: ActName): ActName[] {
  return inOrder.map((name) => (name === one ? other : name === other ? one : name));
}

const told: readonly Forgery[] = [
  [
    'another key of the object was destroyed',
    [`${destruction} is an entry about something else`],
    { changes: { destruction1: { resource: `${uuidOf(1)}.${'0'.repeat(64)}` } } },
  ],
  [
    'the key of another object was destroyed',
    [`${destruction} is an entry about something else`],
    { changes: { destruction1: { resource: elsewhere } } },
  ],
  [
    'the birth is of another object',
    [`${birth} is an entry about something else`],
    { changes: { birth1: { resource: elsewhere } } },
  ],
  [
    'the birth names more than the key',
    [`${birth} is an entry about something else`],
    { changes: { birth1: { resource: `${keyOf(1)} ` } } },
  ],
  [
    'the certificate names another key than the log',
    [`${birth} is an entry about something else`, `${destruction} is an entry about something else`],
    {},
    (parts) => withFirst(parts, (first, second) => [{ ...first, commitment: '1'.repeat(64) }, second]),
  ],
  [
    'the birth is none',
    [`${birth} is no entry of \`vault.key_created\`, done`],
    { changes: { birth1: { action: 'vault.key_opened' } } },
  ],
  [
    'the destruction failed',
    [`${destruction} is no entry of \`vault.key_destroyed\`, done`],
    { changes: { destruction1: { outcome: 'failed' } } },
  ],
  [
    'the destruction has only begun',
    [`${destruction} is no entry of \`vault.key_destroyed\`, done`],
    { changes: { destruction1: { outcome: 'begun' } } },
  ],
  [
    'the birth is redacted',
    [`${birth} shows no fields, so that nobody can tell what it is about`],
    { changes: { birth1: { redacted: true } } },
  ],
  [
    'the destruction is redacted',
    [`${destruction} shows no fields, so that nobody can tell what it is about`],
    { changes: { destruction1: { redacted: true } } },
  ],
  [
    'the request is redacted',
    ['the request shows no fields, so that nobody can tell what it is about'],
    { changes: { request: { redacted: true } } },
  ],
  [
    'the end of the epochs is redacted',
    ['the end of the epochs shows no fields, so that nobody can tell what it is about'],
    { changes: { epochs: { redacted: true } } },
  ],
  [
    'the end is redacted',
    ['the end of the erasure shows no fields, so that nobody can tell what it is about'],
    { changes: { end: { redacted: true } } },
  ],
  [
    'the epoch of a key lives on',
    ['the key of object 2 was last wrapped under epoch 4, and only those below 4 ended'],
    { changes: { epochs: { counts: { before: 4 } } } },
  ],
  [
    'the destruction names no epoch',
    [`${destruction} does not say \`epoch\` and nothing else in its counts`],
    { changes: { destruction1: { counts: {} } } },
  ],
  [
    'the destruction names an epoch and something beside it',
    [`${destruction} does not say \`epoch\` and nothing else in its counts`],
    { changes: { destruction1: { counts: { epoch: 3, really: 9 } } } },
  ],
  [
    'the destruction names an epoch that is no number of one',
    [`${destruction} does not say \`epoch\` and nothing else in its counts`],
    { changes: { destruction1: { counts: { epoch: -1 } } } },
  ],
  [
    'the epochs ended below nothing',
    ['the end of the epochs does not say `before` and nothing else in its counts'],
    { changes: { epochs: { counts: { epoch: 9 } } } },
  ],
  [
    'the key was destroyed before it was born',
    [`${destruction} does not come after its birth`, `${destruction} does not come after the request`],
    { order: swapped('birth1', 'destruction1') },
  ],
  [
    'the key was destroyed before anybody asked',
    [`${destruction} does not come after the request`],
    { order: swapped('request', 'destruction1') },
  ],
  [
    'the epochs ended before the key was destroyed',
    ['the destruction of the key of object 2 does not come before the end of the epochs'],
    { order: swapped('destruction2', 'epochs') },
  ],
  [
    'the erasure ended before the epochs',
    ['the end of the erasure does not come after the end of the epochs'],
    { order: swapped('epochs', 'end') },
  ],
  [
    'the request is about somebody else',
    ['the request is an entry about something else'],
    { changes: { request: { resource: `person.${uuidOf(4)}` } } },
  ],
  [
    'the end is about another kind',
    ['the end of the erasure is an entry about something else'],
    { changes: { end: { resource: `source.${subject}` } } },
  ],
  [
    'the end was refused',
    ['the end of the erasure is no entry of `lifecycle.erased`, done'],
    { changes: { end: { outcome: 'refused' } } },
  ],
  [
    'the end of the epochs is another act',
    ['the end of the epochs is no entry of `vault.epochs_destroyed`, done'],
    { changes: { epochs: { action: 'vault.epochs_added' } } },
  ],
  [
    'births of two objects with their proofs are exchanged',
    [`${birth} is an entry about something else`, 'the birth of the key of object 2 is an entry about something else'],
    {},
    (parts) =>
      withFirst(parts, (first, second) => [
        { ...first, birth: second.birth },
        { ...second, birth: first.birth },
      ]),
  ],
  [
    'proofs of two objects are exchanged',
    [
      `${birth}: the proof does not lead to the signed root of 8 entries`,
      'the birth of the key of object 2: the proof does not lead to the signed root of 8 entries',
    ],
    {},
    (parts) =>
      withFirst(parts, (first, second) => [
        { ...first, birth: { ...first.birth, proof: second.birth.proof } },
        { ...second, birth: { ...second.birth, proof: first.birth.proof } },
      ]),
  ],
  [
    'a birth stands for the destruction',
    [
      `${destruction} is no entry of \`vault.key_destroyed\`, done`,
      `${destruction} does not come after its birth`,
      `${destruction} does not come after the request`,
      `${destruction} does not say \`epoch\` and nothing else in its counts`,
    ],
    {},
    (parts) => withFirst(parts, (first, second) => [{ ...first, destruction: first.birth }, second]),
  ],
  ['an object comes twice', ['object 2 comes twice'], {}, (parts) => withFirst(parts, (first) => [first, first])],
  ['there is no object', ['the certificate names no object'], {}, (parts) => ({ ...parts, objects: [] })],
  [
    'the time of the request is another',
    ['the certificate names another time of the request than its entry'],
    {},
    (parts) => ({ ...parts, erasure: { ...parts.erasure, requestedAt: '2026-03-01T00:00:00.000Z' } }),
  ],
  [
    'the time of the end is another',
    ['the certificate names another time of the end than its entry'],
    {},
    (parts) => ({ ...parts, erasure: { ...parts.erasure, finalAt: null } }),
  ],
  [
    'a pending one says final',
    [
      'the certificate says final and does not show the end of the erasure',
      'the certificate says final and does not show the end of the epochs',
    ],
    {},
    (parts) => ({ ...parts, epochs: null, end: null }),
  ],
  [
    'a final one leaves out that the epochs ended',
    ['the certificate says final and does not show the end of the epochs'],
    {},
    (parts) => ({ ...parts, epochs: null }),
  ],
  [
    'a pending one shows ends',
    [
      'the certificate says pending and shows the end of the epochs',
      'the certificate says pending and shows the end of the erasure',
      'the certificate says pending and names a time of the end',
    ],
    {},
    (parts) => ({ ...parts, erasure: { ...parts.erasure, status: 'pending' } }),
  ],
];

for (const [title, problems, story, edit] of told)
  test(`signed with the right key and refused all the same: ${title}`, async () => {
    const honest = await tell(story);
    const parts = edit?.(honest) ?? honest;
    expect(verifyCertificate(forge(unsignedOf(parts)), logKey)).toMatchObject({ ok: false, problems });
    // Its maker does not sign it either.
    expect(() => printCertificate(parts, signing.privateKey)).toThrow(`not certified: ${problems[0]}`);
  });

const thief = generateKeyPairSync('ed25519');
const unsigned = unsignedOf(await tell());
const pendingOne = unsignedOf(pending(await tell()));
const dressed: UnsignedCertificate = {
  ...pendingOne,
  erasure: { ...pendingOne.erasure, status: 'final', finalAt: unsigned.erasure.finalAt },
  note: certificateNotes.final,
  epochs: unsigned.epochs,
  end: unsigned.end,
};

test('a pending certificate dressed as final and signed with another key is refused, whatever key it names', () => {
  const resigned = verifyCertificate(forge(dressed, thief.privateKey), logKey);
  expect(resigned.problems).toContain(`the certificate is not signed by \`${testOrigin}\``);
  const named = { ...dressed, key: printVerifierKey(verifierKey(testOrigin, 'log', thief.publicKey)) };
  expect(verifyCertificate(forge(named, thief.privateKey)).problems).toContain(
    `the checkpoint is not signed by \`${testOrigin}\``,
  );
  expect(verifyCertificate(forge(named, thief.privateKey), logKey).problems).toEqual([
    'the certificate names another key than the one you gave',
    `the certificate is not signed by \`${testOrigin}\``,
    ...['the end of the epochs', 'the end of the erasure'].map(
      (name) => `${name}: the proof does not lead to the signed root of 8 entries`,
    ),
  ]);
});

test('the note of a final certificate on a pending one is refused, signed with the right key', () => {
  expect(verifyCertificate(forge({ ...pendingOne, note: certificateNotes.final }), logKey).problems).toEqual([
    'the note is not the one of its format and status',
  ]);
});

test('a certificate of another log, or over the checkpoint of one, is refused', async () => {
  const origin = 'strongroom/0190b3c8-0000-7000-8000-000000000001';
  const foreign = await tell({ origin });
  const ofIt = `the checkpoint is of another log than \`${testOrigin}\``;
  expect(verifyCertificate(forge({ ...unsigned, checkpoint: foreign.checkpoint }), logKey).problems).toEqual([ofIt]);
  expect(verifyCertificate(forge(unsignedOf(foreign)), logKey).problems).toEqual([
    'the certificate is of another log than the key',
    `the certificate is not signed by \`${testOrigin}\``,
    ofIt,
  ]);
});

test('a checkpoint that another key signed is refused, and so is the tree it is over', async () => {
  const entries = Array.from({ length: 8 }, (_, at) => entryAt(at + 1, { ...unsigned.request.entry, ...noFields }));
  const { checkpoint } = await showAll(entries, testOrigin, thief.privateKey);
  const problems = [`the checkpoint is not signed by \`${testOrigin}\``];
  expect(verifyCertificate(forge({ ...unsigned, checkpoint }), logKey).problems).toEqual(problems);
});

const noFields = { resource: null, counts: {} };

test('an entry that the log does not hold is refused: of another log, altered, altered and hashed again', async () => {
  const other = await tell();
  const lead = 'the request: the proof does not lead to the signed root of 8 entries';
  const said = (request: UnsignedCertificate['request']) =>
    verifyCertificate(forge({ ...unsigned, request }), logKey).problems;
  expect(said(other.request)).toEqual([lead]);
  const { entry, proof } = unsigned.request;
  const altered = { ...entry, sealedHash: '0'.repeat(64) };
  expect(said({ entry: altered, proof })).toEqual(['the request: the entry was altered']);
  const hashed = { ...altered, leafHash: leafOf(altered).toString('hex') };
  expect(said({ entry: hashed, proof })).toEqual([lead]);
  expect(said({ entry: { ...entry, position: 0 }, proof })).toEqual([lead]);
  expect(said({ entry, proof: proof.slice(1) })).toEqual([lead]);
});

test('a checkpoint that you hold of the same size must be the same; one of another size is named as not compared', async () => {
  const text = forge(unsigned);
  const { checkpoint: fork } = await tell();
  const { checkpoint: later } = await tell({ more: 3 });
  expect(verifyCertificate(text, logKey, [unsigned.checkpoint])).toMatchObject({ ok: true, notCompared: [] });
  expect(verifyCertificate(text, logKey, [later])).toMatchObject({ ok: true, notCompared: [11] });
  expect(verifyCertificate(text, logKey, [fork]).problems).toEqual([
    'the log signed two histories: the checkpoint of 8 entries that you hold is another',
  ]);
  const foreign = signCheckpoint({ origin: 'a', size: 0, root: Buffer.alloc(32) }, thief.privateKey);
  expect(verifyCertificate(text, logKey, ['', foreign]).problems).toEqual([
    'a checkpoint you hold: this is not a signed note',
    'a checkpoint you hold: this is not a checkpoint of a log',
  ]);
});

test('however much is wrong, only so much is told of it', () => {
  const [object] = unsigned.objects;
  if (object === undefined) throw new Error('the story has objects');
  const report = verifyCertificate(forge({ ...unsigned, objects: Array.from({ length: 200 }, () => object) }), logKey);
  expect([report.ok, report.problems.length]).toEqual([false, 50]);
  expect(parseVerifierKey(report.key).name).toBe(testOrigin);
});
