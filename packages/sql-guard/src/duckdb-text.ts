import { unprintable } from './refusal.ts';

export function identifier(name: string): string {
  if (name.includes('\0')) throw unprintable();
  return `"${name.replaceAll('"', '""')}"`;
}

export function string(value: string): string {
  if (value.includes('\0')) throw unprintable();
  return `'${value.replaceAll("'", "''")}'`;
}
