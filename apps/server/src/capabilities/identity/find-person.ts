import { z } from 'zod';
import type { Tables, Transaction } from '#platform/database';
import { identityProblems } from './errors.ts';
import { selectPersonByEmail, selectPersonById } from './store.ts';
import type { PersonRow } from './store.ts';

const uuidSchema = z.uuid();

/** By id or email address. Throws `identity/unknown_person` (404). */
export async function findPerson(within: Transaction<Tables>, idOrEmail: string): Promise<PersonRow> {
  const person = isUuid(idOrEmail)
    ? await selectPersonById(within, idOrEmail)
    : await selectPersonByEmail(within, idOrEmail.toLowerCase());
  if (person === undefined) throw identityProblems.unknownPerson();
  return person;
}

export function isUuid(text: string): boolean {
  return uuidSchema.safeParse(text).success;
}
