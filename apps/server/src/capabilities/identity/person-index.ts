// By what a person is found, though it lies sealed. Equal texts give equal bytes, in any case of their letters for an address.
import type { Sealer } from '#contracts';

type Indexing = { readonly sealer: Pick<Sealer, 'blindIndex'> };

export function emailIndex({ sealer }: Indexing, workspaceId: string, email: string): Promise<Buffer> {
  return sealer.blindIndex(workspaceId, 'person by email address', email.toLowerCase());
}

/** JSON of the pair, so that no two pairs make one text. */
export function subjectIndex(
  { sealer }: Indexing,
  workspaceId: string,
  account: { readonly issuer: string; readonly subject: string },
): Promise<Buffer> {
  return sealer.blindIndex(workspaceId, 'person by account', JSON.stringify([account.issuer, account.subject]));
}
