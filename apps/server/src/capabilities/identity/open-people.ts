import { z } from 'zod';
import { attributesSchema, type Person } from '@strongroom/protocol';
import type { Opener, Sealer } from '#contracts';
import type { PersonRow } from './store.ts';

/** What lies sealed of a person. `issuer` and `subject`: the account they are bound to; null before the first sign-in there. */
const detailsSchema = z.object({
  email: z.string(),
  name: z.string(),
  issuer: z.string().nullable(),
  subject: z.string().nullable(),
  /** For row filters. Who was sealed before there were any has none. */
  attributes: attributesSchema.default({}),
});
export type PersonDetails = z.infer<typeof detailsSchema>;
export type OpenPerson = PersonRow & PersonDetails;

type Opening = { readonly sealer: Pick<Sealer, 'opener'> };

/**
 * In the order given, with one read of the keys; who is just being removed is left out.
 * Outside transactions, since the vault has its own. Throws `vault/key_unavailable` (503).
 */
export async function openPeople<Row extends { readonly id: string; readonly sealed: Uint8Array }>(
  { sealer }: Opening,
  workspaceId: string,
  rows: readonly Row[],
): Promise<(Row & PersonDetails)[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  return openRows(await sealer.opener(workspaceId, ids), rows);
}

/** The same once the keys have been read. */
export function openRows<Row extends { readonly id: string; readonly sealed: Uint8Array }>(
  open: Opener,
  rows: readonly Row[],
): (Row & PersonDetails)[] {
  return rows.flatMap((row) => {
    const plaintext = open({ objectId: row.id, sealed: row.sealed });
    return plaintext === null ? [] : [{ ...row, ...readDetails(plaintext) }];
  });
}

/** null: there is nobody, or no more. */
export async function openPerson(
  deps: Opening,
  workspaceId: string,
  row: PersonRow | undefined,
): Promise<OpenPerson | null> {
  const [person] = await openPeople(deps, workspaceId, row === undefined ? [] : [row]);
  return person ?? null;
}

export function readDetails(plaintext: Uint8Array): PersonDetails {
  return detailsSchema.parse(JSON.parse(new TextDecoder().decode(plaintext)));
}

export function byEmail(one: { readonly email: string }, other: { readonly email: string }): number {
  return one.email < other.email ? -1 : one.email > other.email ? 1 : 0;
}

export function toPerson(person: Pick<OpenPerson, 'email' | 'name' | 'attributes'> & PersonRow): Person {
  return {
    id: person.id,
    email: person.email,
    name: person.name,
    role: person.role,
    teams: person.teams,
    attributes: person.attributes,
    lastSignInAt: person.last_sign_in_at?.toISOString() ?? null,
    createdAt: person.created_at.toISOString(),
  };
}
