import type { Certificate } from './certificate.ts';

/** Kinds of objects that are named; an honest certificate has fewer. */
const kindsMax = 20;

/** What a certificate says, for people, a line each: its own word; whether it holds, `verifyCertificate` says. */
export function describeCertificate({ erasure, objects, copies, note, origin }: Certificate): string[] {
  const kinds = new Map<string, number>();
  for (const { what } of objects) kinds.set(what, (kinds.get(what) ?? 0) + 1);
  const named = [...kinds].slice(0, kindsMax).map(([what, count]) => `${what}: ${count}`);
  return [
    `erased: ${erasure.kind} ${erasure.subject}`,
    `asked for: ${erasure.requestedAt}`,
    `status: ${erasure.status === 'final' ? `final since ${erasure.finalAt}` : 'PENDING, not final'}`,
    `keys destroyed: ${objects.length} (${named.join(', ')}${kinds.size > kindsMax ? ', and others' : ''})`,
    ...copies.map(
      ({ place, goneAt }) => `copy: ${place}, ${goneAt === null ? 'not known to be gone' : `gone since ${goneAt}`}`,
    ),
    `log: ${origin}`,
    note,
  ];
}
