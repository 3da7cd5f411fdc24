import { isObject } from '../export/export-lines.ts';
import type { Certificate } from './certificate.ts';

/**
 * The one text of a certificate: as `JSON.stringify` prints it with two spaces, but an entry with its proof, which says
 * little to people, on one line. Ends with a line feed.
 */
export function printPage(certificate: Certificate): string {
  return `${print(certificate, '\n')}\n`;
}

function print(value: unknown, margin: string): string {
  const inner = `${margin}  `;
  if (Array.isArray(value) && value.length > 0)
    return `[${inner}${value.map((item) => print(item, inner)).join(`,${inner}`)}${margin}]`;
  if (!isObject(value) || 'proof' in value) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${print(member, inner)}`);
  return `{${inner}${members.join(`,${inner}`)}${margin}}`;
}
