import { LogError, parseWitnessKey } from '@strongroom/merkle-log';
import { isLoopback } from './loopback.ts';
import type { WitnessAddress } from './types.ts';

/** Each is asked after each checkpoint; more would show nothing more. */
const witnessesMax = 8;
const callPath = '/add-checkpoint';

/**
 * `URL KEY`, and so on for more, with any space between. In the setting itself rather than in a file: both are public, a
 * witness or two are usual, and there is no second thing to mount and to forget. Mistakes name a witness by its number,
 * since what stands there by mistake could be a secret.
 */
export function readWitnesses(text: string): { witnesses: WitnessAddress[]; mistakes: string[] } {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length % 2 === 1)
    return mistaken('must be pairs of an address and a key, like `https://witness.example.com name+id+base64`');
  if (words.length > 2 * witnessesMax) return mistaken(`must be at most ${witnessesMax} witnesses`);
  const [witnesses, mistakes]: [WitnessAddress[], string[]] = [[], []];
  for (let at = 0; at < words.length; at += 2) {
    const read = readWitness(words[at] ?? '', words[at + 1] ?? '');
    if (typeof read === 'string') mistakes.push(`witness ${at / 2 + 1}: ${read}`);
    else if (witnesses.some(({ key }) => key.name === read.key.name))
      mistakes.push(`witness ${at / 2 + 1}: there are two witnesses of the name \`${read.key.name}\``);
    else witnesses.push(read);
  }
  return { witnesses, mistakes };
}

/** A text says what is wrong. */
function readWitness(address: string, keyText: string): WitnessAddress | string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))))
    return 'its address must be https, or http on this machine';
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return 'its address must be scheme, host, port and path only';
  // `strongroom witness` prints the address with it, others without.
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(callPath) ? path : `${path}${callPath}`;
  try {
    return { url, key: parseWitnessKey(keyText) };
  } catch (error) {
    if (error instanceof LogError) return error.message;
    throw error;
  }
}

function mistaken(mistake: string): { witnesses: WitnessAddress[]; mistakes: string[] } {
  return { witnesses: [], mistakes: [mistake] };
}
