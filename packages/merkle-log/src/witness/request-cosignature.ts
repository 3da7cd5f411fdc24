import { cosignedAt } from '../cosignature.ts';
import { LogError } from '../errors.ts';
import { type Note, parseSignatures, printSignature } from '../signed-note.ts';
import type { VerifierKey } from '../verifier-key.ts';

/** What a witness made of a checkpoint, as far as its answer can be believed (C2SP tlog-witness). */
export type CosignAnswer =
  /** `line`: the signature line of a note, with its line feed. It verifies. */
  | { readonly kind: 'cosigned'; readonly line: string; readonly at: Date }
  /** It holds a checkpoint of this size, and not the one that was offered. */
  | { readonly kind: 'conflict'; readonly size: number }
  /** What it holds is no beginning of what was offered. */
  | { readonly kind: 'unproven' }
  /** Nothing follows from it. `reason`: our own words, for people. */
  | { readonly kind: 'refused'; readonly reason: string };

const sizeLine = /^(0|[1-9][0-9]{0,15})\n$/;

/** Body of `POST …/add-checkpoint`. `proof`: that the tree of `oldSize` is a beginning of the checkpoint's; empty for 0. */
export function printCosignRequest(oldSize: number, proof: readonly Uint8Array[], note: string): string {
  const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`);
  return `old ${oldSize}\n${lines.join('')}\n${note}`;
}

/** `body` is attacker-controlled. Signatures of other keys are not looked at. */
export function readCosignAnswer(
  { status, body }: { readonly status: number; readonly body: Uint8Array },
  { text }: Pick<Note, 'text'>,
  key: VerifierKey,
): CosignAnswer {
  const said = Buffer.from(body).toString('utf8');
  if (status === 200) return readCosignature(said, text, key);
  if (status === 403) return refused('it does not accept the signature of this log');
  if (status === 404) return refused('it does not know this log');
  if (status === 422) return { kind: 'unproven' };
  if (status !== 409) return refused(`it answered with status ${status}`);
  const [, size] = sizeLine.exec(said) ?? [];
  if (size === undefined || !Number.isSafeInteger(Number(size))) return refused('its answer is not readable');
  return { kind: 'conflict', size: Number(size) };
}

function readCosignature(lines: string, text: string, key: VerifierKey): CosignAnswer {
  try {
    const signatures = parseSignatures(lines);
    const own = signatures.find(({ name, keyId }) => name === key.name && keyId === key.id);
    if (own === undefined) return refused('it signed with another key than the one you gave');
    const at = cosignedAt({ text, signatures }, key);
    return at === null
      ? refused('its cosignature does not verify')
      : { kind: 'cosigned', line: printSignature(own), at };
  } catch (error) {
    if (error instanceof LogError) return refused('its answer is not readable');
    throw error;
  }
}

function refused(reason: string): CosignAnswer {
  return { kind: 'refused', reason };
}
