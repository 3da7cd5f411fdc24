import type { VerifierKey } from '../verifier-key.ts';

/**
 * A witness is worth something only where it is somebody else: not the log under another name, and not one that was named
 * already. `known`: as whoever verifies gave them.
 */
export function checkWitnesses(known: readonly VerifierKey[], log: VerifierKey, tell: (problem: string) => void): void {
  for (const [at, { name, publicKey }] of known.entries()) {
    if (publicKey.equals(log.publicKey)) tell(`the witness \`${name}\` signs with the log's own key, so it is none`);
    const twin = known.slice(0, at).find((other) => other.publicKey.equals(publicKey));
    if (twin !== undefined) tell(`the witnesses \`${twin.name}\` and \`${name}\` have one key, so they are one`);
  }
}
