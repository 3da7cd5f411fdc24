import type { Token } from '@strongroom/protocol';
import type { SealedObject, Sealer } from '#contracts';
import { readDetails } from './open-people.ts';
import type { TokenRow } from './secret-store.ts';

/**
 * Tokens with their names, whose they are and who made them, with one read of the keys; what is just being removed is
 * left out. Outside transactions, since the vault has its own. Throws `vault/key_unavailable` (503).
 */
export async function openTokens(
  { sealer }: { readonly sealer: Pick<Sealer, 'openMany'> },
  workspaceId: string,
  rows: readonly TokenRow[],
): Promise<Token[]> {
  const sealed = new Map<string, Uint8Array>();
  for (const row of rows) {
    if (row.sealed !== null) sealed.set(row.id, row.sealed);
    sealed.set(row.person_id, row.person_sealed);
    if (row.maker_id !== null && row.maker_sealed !== null) sealed.set(row.maker_id, row.maker_sealed);
  }
  const objects: SealedObject[] = Array.from(sealed, ([objectId, bytes]) => ({ objectId, sealed: bytes }));
  if (objects.length === 0) return [];
  const opened = await sealer.openMany(workspaceId, objects);
  const plaintexts = new Map(objects.map(({ objectId }, index) => [objectId, opened[index] ?? null]));
  const emailOf = (id: string | null): string | null => {
    const plaintext = id === null ? undefined : plaintexts.get(id);
    return plaintext == null ? null : readDetails(plaintext).email;
  };
  return rows.flatMap((row) => {
    const [name, person] = [plaintexts.get(row.id), emailOf(row.person_id)];
    if (name == null || person === null) return [];
    return [
      {
        id: row.id,
        name: new TextDecoder().decode(name),
        person,
        createdBy: emailOf(row.maker_id) ?? 'former colleague',
        scopes: row.scopes,
        createdAt: row.created_at.toISOString(),
        expiresAt: row.expires_at?.toISOString() ?? null,
        lastUsedAt: row.last_used_at?.toISOString() ?? null,
      },
    ];
  });
}
