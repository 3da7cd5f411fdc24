import type { Source } from '@strongroom/protocol';
import { WrongUsage } from '../../failure.ts';
import type { Session } from '../../session.ts';
import { showSource } from './show.ts';

/** INVARIANT: a password on the command line is refused: other people of this machine could read it there. */
export async function addDatabase(
  { server, terminal }: Session,
  engine: 'postgres' | 'mariadb',
  name: string,
  options: { url: string },
): Promise<void> {
  if (options.url !== '-' && holdsPassword(options.url)) {
    throw new WrongUsage('a password on the command line can be read by others: pipe the URL in and say `--url -`');
  }
  const url = options.url === '-' ? await terminal.readInput() : options.url;
  if (url === '') throw new WrongUsage('the URL is empty');
  if (/^(mariadb|mysql):/.test(url) !== (engine === 'mariadb'))
    throw new WrongUsage(`the URL is of another engine: it begins with \`${engine}://\``);
  const source = await server.call<Source>('POST', 'sources', { body: { name, url } });
  if (terminal.json) terminal.printJson(source);
  else showSource(terminal, source);
}

export function holdsPassword(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return /:[^/@]*@|password/i.test(text);
  return (
    url.password !== '' ||
    [...url.searchParams.keys()].some((key) => /pass/i.test(key)) ||
    /:[^/@]*@/.test(decodeURIComponentOrSame(url.username))
  );
}

function decodeURIComponentOrSame(text: string): string {
  try {
    return `${decodeURIComponent(text)}@`;
  } catch {
    return text;
  }
}
