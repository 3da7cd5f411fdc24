import type { Person } from '@strongroom/protocol';
import { WrongUsage } from '../../failure.ts';
import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

/** `pairs`: `name=value`; none takes all of them back. */
export async function setAttributes(
  { server, terminal }: Session,
  idOrEmail: string,
  pairs: readonly string[],
): Promise<void> {
  const attributes = Object.fromEntries(pairs.map(split));
  const person = await server.call<Person>('PUT', `people/${segment(idOrEmail)}/attributes`, { body: { attributes } });
  if (terminal.json) return terminal.printJson(person);
  const written = Object.entries(person.attributes).map(([name, value]) => `${name}=${value}`);
  terminal.aside(`${person.email} has ${written.length === 0 ? 'no attributes' : written.join(', ')} now`);
}

function split(pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at < 1) throw new WrongUsage('give each attribute as name=value');
  return [pair.slice(0, at), pair.slice(at + 1)];
}
