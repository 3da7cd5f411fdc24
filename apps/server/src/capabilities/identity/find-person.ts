import { z } from 'zod';
import type { Sealer } from '#contracts';
import type { Tables, Transaction } from '#platform/database';
import { identityProblems } from './errors.ts';
import { emailIndex } from './person-index.ts';
import { selectPersonByEmail, selectPersonById } from './store.ts';
import type { PersonRow } from './store.ts';

const uuidSchema = z.uuid();

export type PersonReference = { readonly id: string } | { readonly emailIndex: Buffer };

/** What `findPerson` takes, from an id or an email address; outside transactions, since the vault has its own. */
export async function referTo(
  deps: { readonly sealer: Pick<Sealer, 'blindIndex'> },
  workspaceId: string,
  idOrEmail: string,
): Promise<PersonReference> {
  return isUuid(idOrEmail) ? { id: idOrEmail } : { emailIndex: await emailIndex(deps, workspaceId, idOrEmail) };
}

/** Throws `identity/unknown_person` (404). */
export async function findPerson(within: Transaction<Tables>, reference: PersonReference): Promise<PersonRow> {
  const person =
    'id' in reference
      ? await selectPersonById(within, reference.id)
      : await selectPersonByEmail(within, reference.emailIndex);
  if (person === undefined) throw identityProblems.unknownPerson();
  return person;
}

export function isUuid(text: string): boolean {
  return uuidSchema.safeParse(text).success;
}
