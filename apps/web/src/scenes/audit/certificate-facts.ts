import type { ErasureCertificate } from '@strongroom/protocol';

// What a certificate says, taken out for people to read. It is believed here; whether it holds, a verifier says.

type Shown = ErasureCertificate['request'];
type Cosigner = { readonly name: string; /** ISO 8601; null where the line has no time. */ readonly at: string | null };

/** A cosignature: id of the key (4 bytes), seconds since 1970 (8), signature (C2SP tlog-cosignature). */
const cosignatureSizeBytes = 4 + 8 + 64;

/** null where the entry no longer shows it, or not in a form that is known here. */
export function actorOf({ entry }: Shown): string | null {
  const actor = field(entry.fields, 'actor');
  return typeof actor?.['name'] === 'string' && actor['name'] !== '' ? actor['name'] : null;
}

/** The epoch before which all secrets were destroyed; null while it is pending. */
export function epochsEndedBefore({ epochs }: ErasureCertificate): number | null {
  const before = epochs === null ? null : field(epochs.entry.fields, 'counts')?.['before'];
  return typeof before === 'number' ? before : null;
}

/** How many of each kind, in the order in which they come. */
export function kindsOf({ objects }: ErasureCertificate): (readonly [what: string, count: number])[] {
  const kinds = new Map<string, number>();
  for (const { what } of objects) kinds.set(what, (kinds.get(what) ?? 0) + 1);
  return [...kinds];
}

export function checkpointOf({ checkpoint, key }: ErasureCertificate): {
  size: number;
  root: string;
  cosigners: Cosigner[];
} {
  const end = checkpoint.lastIndexOf('\n\n');
  const [, size = '', root = ''] = checkpoint.slice(0, Math.max(0, end)).split('\n');
  const own = key.split('+')[0];
  const cosigners = checkpoint
    .slice(end + 2)
    .split('\n')
    .map((line) => /^\u2014 (\S+) (\S+)$/.exec(line))
    .filter((match) => match !== null && match[1] !== own)
    .map((match) => ({ name: match?.[1] ?? '', at: cosignedAt(match?.[2] ?? '') }));
  return { size: Number(size), root, cosigners };
}

function cosignedAt(encoded: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    if (bytes.length !== cosignatureSizeBytes) return null;
    return new Date(Number(new DataView(bytes.buffer).getBigUint64(4)) * 1000).toISOString();
  } catch {
    return null;
  }
}

function field(fields: Shown['entry']['fields'], name: string): Record<string, unknown> | null {
  const pair: unknown = (fields as Record<string, unknown>)[name];
  try {
    const value: unknown = Array.isArray(pair) ? JSON.parse(String(pair[1])) : null;
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
