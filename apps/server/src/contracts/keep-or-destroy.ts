import type { Sealer } from './sealer.ts';

/**
 * `insert` seals a new object and keeps it; when it throws, nothing is kept and the key it made is destroyed too, since the vault's own
 * transaction made that key for good.
 */
export async function keepOrDestroy<T>(
  { sealer }: { readonly sealer: Pick<Sealer, 'destroy'> },
  workspaceId: string,
  objectId: string,
  insert: () => Promise<T>,
): Promise<T> {
  try {
    return await insert();
  } catch (error) {
    await sealer.destroy(workspaceId, [objectId]);
    throw error;
  }
}
