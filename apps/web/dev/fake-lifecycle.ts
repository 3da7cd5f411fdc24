import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Erasure, PersonHolding, VaultStatus } from '@strongroom/protocol';

// What was erased, and what is kept. The certificates are those that the verifier's own tests read.

const FIXTURES = path.join(import.meta.dirname, '../../../packages/merkle-log/fixtures');
const certificateOf = (status: Erasure['status']): { erasure: Omit<Erasure, 'keys'>; objects: unknown[] } =>
  JSON.parse(readFileSync(path.join(FIXTURES, `${status}-certificate.json`), 'utf8'));

const PENDING_ID = '0190b3c8-0000-7000-8000-000000000078';
const final = certificateOf('final');
const pending = certificateOf('pending');
export const certificates = [final, { ...pending, erasure: { ...pending.erasure, id: PENDING_ID } }];

export const erasures: Erasure[] = [
  ...certificates.map(({ erasure, objects }) => ({ ...erasure, keys: objects.length })),
  {
    ...final.erasure,
    id: '0190b3c8-0000-7000-8000-000000000079',
    subject: '0190b3c8-0000-7000-8000-0000000000ab',
    kind: 'source',
    keys: 0,
  },
];

export const vaultStatus: VaultStatus = {
  holder: 'local-file',
  keyVersion: 2,
  epoch: 7,
  objects: 1204,
  pending: { count: 2, since: new Date(Date.now() - 3_600_000).toISOString() },
};

export const holdings: PersonHolding[] = [
  {
    place: 'table questions',
    what: 'what a person asked, the SQL asked and run, and how it ended; never a row of an answer',
    why: 'so that the person finds earlier questions',
    howLong: 'until the person deletes it or is removed',
    fields: [
      { name: 'id', what: 'of the question' },
      { name: 'sealed', what: 'the question and its SQL, under a key of its own' },
    ],
    exported: 'with the person: every question, opened',
    erased: 'its key is destroyed, then the row goes',
  },
];
