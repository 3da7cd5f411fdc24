import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedData } from '@strongroom/testkit';
import { describe, expect, test } from 'vitest';
import { verifyConsistency, verifySubtreeConsistency } from './verify-consistency.ts';
import { verifyInclusion, verifySubtreeInclusion } from './verify-inclusion.ts';

const folder = sharedData('merkle');

type Case = {
  desc: string;
  wantErr: boolean;
  proof: string[] | null;
  root?: string;
  root1?: string;
  root2?: string;
  leafHash?: string;
  leafIdx?: number;
  treeSize?: number;
  start?: number;
  end?: number;
  size?: number;
  size1?: number;
  size2?: number;
};

const bytes = (text: string | null | undefined): Buffer => Buffer.from(text ?? '', 'base64');
const number = (value: number | undefined): number => value ?? Number.NaN;

const checks: Record<string, (one: Case, proof: Buffer[]) => boolean> = {
  inclusion: (one, proof) =>
    verifyInclusion(number(one.leafIdx), number(one.treeSize), bytes(one.leafHash), bytes(one.root), proof),
  subtreeinclusion: (one, proof) =>
    verifySubtreeInclusion(
      number(one.leafIdx),
      number(one.start),
      number(one.end),
      bytes(one.leafHash),
      bytes(one.root),
      proof,
    ),
  consistency: (one, proof) =>
    verifyConsistency(number(one.size1), number(one.size2), bytes(one.root1), bytes(one.root2), proof),
  subtreeconsistency: (one, proof) =>
    verifySubtreeConsistency(
      number(one.start),
      number(one.end),
      number(one.size),
      bytes(one.root1),
      bytes(one.root2),
      proof,
    ),
};

describe.skipIf(folder === null)('518 proofs of others', () => {
  test('every good one is accepted and every bad one refused', () => {
    let seen = 0;
    for (const [kind, check] of Object.entries(checks)) {
      const files = readdirSync(join(folder ?? '', 'testdata', kind), { recursive: true, encoding: 'utf8' });
      for (const file of files.filter((name) => name.endsWith('.json'))) {
        const one: Case = JSON.parse(readFileSync(join(folder ?? '', 'testdata', kind, file), 'utf8'));
        expect(check(one, (one.proof ?? []).map(bytes)), `${kind}/${file}: ${one.desc}`).toBe(!one.wantErr);
        seen += 1;
      }
    }
    expect(seen).toBe(518);
  });
});
