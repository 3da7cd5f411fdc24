import type { Sealer } from '#contracts';
import type { PersonDetails } from './open-people.ts';

/** Under a key of the person's own, made at the first sealing. Outside transactions, since the vault has its own. */
export function sealPerson(
  { sealer }: { readonly sealer: Pick<Sealer, 'seal'> },
  workspaceId: string,
  id: string,
  { email, name, issuer, subject, attributes }: PersonDetails,
): Promise<Uint8Array> {
  const plaintext = JSON.stringify({ email, name, issuer, subject, attributes });
  return sealer.seal(workspaceId, id, new TextEncoder().encode(plaintext));
}
