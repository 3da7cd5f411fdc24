import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { signCheckpoint } from '../checkpoint.ts';
import { compactRange } from '../compact-range.ts';
import type { ExportEntry } from '../export/export-lines.ts';
import { leafOf } from '../export/leaf-of-entry.ts';
import { proveInclusion } from '../prove.ts';
import { printVerifierKey, verifierKey } from '../verifier-key.ts';
import { type CertificateParts, certificateFormat, certificateNotes } from './certificate.ts';
import type { ShownEntry, UnsignedCertificate } from './certificate.ts';
import { printPage } from './print-page.ts';
import { signCertificate } from './sign-certificate.ts';

export const testOrigin = 'strongroom/0190b3c8-0000-7000-8000-000000000000';
export const subject = '0190b3c8-0000-7000-8000-0000000000aa';
export const uuidOf = (number: number): string => `0190b3c8-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** What an entry says. `redacted`: its fields are not shown any more. */
export type Act = Pick<ExportEntry, 'action' | 'outcome'> & {
  readonly resource: string | null;
  readonly counts: unknown;
  readonly redacted?: boolean;
};

/** The acts of an erasure of two objects, in their order. */
export type ActName = 'birth1' | 'birth2' | 'other' | 'request' | 'destruction1' | 'destruction2' | 'epochs' | 'end';

export type Story = {
  readonly origin?: string;
  readonly changes?: Partial<Record<ActName, Partial<Act>>>;
  readonly order?: readonly ActName[];
  /** The log goes on after it. */
  readonly more?: number;
};

export const inOrder: readonly ActName[] = [
  'birth1',
  'birth2',
  'other',
  'request',
  'destruction1',
  'destruction2',
  'epochs',
  'end',
];
export const commitments = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')] as const;
export const keyOf = (object: 1 | 2): string => `${uuidOf(object)}.${commitments[object - 1]}`;
export const signing = generateKeyPairSync('ed25519');
export const logKey = verifierKey(testOrigin, 'log', signing.publicKey);

const acts: Readonly<Record<ActName, Act>> = {
  birth1: { action: 'vault.key_created', outcome: 'done', resource: keyOf(1), counts: {} },
  birth2: { action: 'vault.key_created', outcome: 'done', resource: keyOf(2), counts: {} },
  other: { action: 'query.released', outcome: 'done', resource: 'a\ufffd\ud83d\ude00', counts: { rows: 3 } },
  request: { action: 'lifecycle.erased', outcome: 'begun', resource: `person.${subject}`, counts: {} },
  destruction1: { action: 'vault.key_destroyed', outcome: 'done', resource: keyOf(1), counts: { epoch: 3 } },
  destruction2: { action: 'vault.key_destroyed', outcome: 'done', resource: keyOf(2), counts: { epoch: 4 } },
  epochs: { action: 'vault.epochs_destroyed', outcome: 'done', resource: null, counts: { before: 5 } },
  end: { action: 'lifecycle.erased', outcome: 'done', resource: `person.${subject}`, counts: {} },
};

/** An entry as an export holds it, a second after the one before. */
export function entryAt(position: number, { action, outcome, resource, counts, redacted = false }: Act): ExportEntry {
  const pair = (value: unknown): [string, string] => [randomBytes(32).toString('base64'), JSON.stringify(value)];
  const entry: ExportEntry = {
    position,
    id: uuidOf(1000 + position),
    at: new Date(Date.UTC(2026, 2, 4) + position * 1000).toISOString(),
    action,
    outcome,
    commitment: randomBytes(32).toString('hex'),
    sealedHash: randomBytes(32).toString('hex'),
    leafHash: '',
    fields: redacted
      ? { hash: randomBytes(32).toString('hex') }
      : {
          actor: pair({ kind: 'person', id: uuidOf(9), name: 'ada@example.org' }),
          session: pair(null),
          address: pair('192.0.2.7'),
          requestId: pair('a'),
          resource: pair(resource),
          decision: pair({ allowed: true, reason: 'permission manage' }),
          counts: pair(counts),
        },
  };
  return { ...entry, leafHash: leafOf(entry).toString('hex') };
}

/** The tree over `entries`: its checkpoint, signed, and each entry with its proof. */
export async function showAll(
  entries: readonly ExportEntry[],
  origin = testOrigin,
  signingKey: KeyObject = signing.privateKey,
): Promise<{ checkpoint: string; shown: ShownEntry[] }> {
  const nodes = new Map<string, Uint8Array>();
  const tree = compactRange();
  for (const { leafHash } of entries)
    tree.append(Buffer.from(leafHash, 'hex'), (level, index, hash) => nodes.set(`${level}/${index}`, hash));
  const shown = entries.map(async (entry): Promise<ShownEntry> => {
    const hashes = await proveInclusion(
      async (asked) => asked.map(({ level, index }) => nodes.get(`${level}/${index}`) ?? Buffer.alloc(0)),
      entry.position - 1,
      entries.length,
    );
    return { entry, proof: hashes.map((hash) => hash.toString('base64')) };
  });
  const checkpoint = signCheckpoint({ origin, size: entries.length, root: tree.root() }, signingKey);
  return { checkpoint, shown: await Promise.all(shown) };
}

/** A final certificate over a log of its own that says just what the story says, true or not. */
export async function tell({ origin, changes = {}, order = inOrder, more = 0 }: Story = {}): Promise<CertificateParts> {
  const told = order.map((name) => ({ ...acts[name], ...changes[name] }));
  const after = Array.from({ length: more }, () => acts.other);
  const { checkpoint, shown } = await showAll(
    [...told, ...after].map((act, at) => entryAt(at + 1, act)),
    origin,
  );
  const act = (name: ActName): ShownEntry => {
    const found = shown[order.indexOf(name)];
    if (found === undefined) throw new Error(`the story has no ${name}`);
    return found;
  };
  const object = (number: 1 | 2) => ({
    id: uuidOf(number),
    what: number === 1 ? 'question' : 'audit entries',
    commitment: commitments[number - 1] ?? '',
    birth: act(`birth${number}`),
    destruction: act(`destruction${number}`),
  });
  return {
    origin: origin ?? testOrigin,
    erasure: {
      id: uuidOf(77),
      kind: 'person',
      subject,
      requestedAt: act('request').entry.at,
      status: 'final',
      finalAt: act('end').entry.at,
    },
    checkpoint,
    objects: [object(1), object(2)],
    request: act('request'),
    epochs: act('epochs'),
    end: act('end'),
    copies: [
      { place: 'embedded database, write-ahead log', goneAt: '2026-03-04T05:06:07.000Z' },
      { place: 'nightly backup', goneAt: null },
    ],
  };
}

export function pending(parts: CertificateParts): CertificateParts {
  return { ...parts, erasure: { ...parts.erasure, status: 'pending', finalAt: null }, epochs: null, end: null };
}

/** The format's members around the parts, as an honest maker adds them. */
export function unsignedOf(parts: CertificateParts, signingKey: KeyObject = signing.privateKey): UnsignedCertificate {
  const { origin, erasure, checkpoint, objects, request, epochs, end, copies } = parts;
  const key = printVerifierKey(verifierKey(origin, 'log', createPublicKey(signingKey)));
  const note = certificateNotes[erasure.status];
  return { format: certificateFormat, origin, key, erasure, checkpoint, objects, request, epochs, end, copies, note };
}

/** Signs whatever it is given, which `printCertificate` does not. */
export function forge(unsigned: UnsignedCertificate, signingKey: KeyObject = signing.privateKey): string {
  return printPage({ ...unsigned, signature: signCertificate(unsigned, signingKey) });
}
