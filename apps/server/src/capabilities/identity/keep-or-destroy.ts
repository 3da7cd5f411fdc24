import type { IdentityNeeds } from './deps.ts';

/**
 * `insert` seals a new object and keeps it; when it throws, nothing is kept and the key it made is destroyed too, since the vault's own
 * transaction made that key for good.
 */
export async function keepOrDestroy<T>(
  deps: Pick<IdentityNeeds, 'sealer'>,
  workspaceId: string,
  objectId: string,
  insert: () => Promise<T>,
): Promise<T> {
  try {
    return await insert();
  } catch (error) {
    await deps.sealer.destroy(workspaceId, [objectId]);
    throw error;
  }
}
