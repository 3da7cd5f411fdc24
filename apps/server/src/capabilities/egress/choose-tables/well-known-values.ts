/** Words in a name that are tried together: "United Arab Emirates". */
const WORDS_MAX = 3;
/** UN M.49 codes of the continents and of both Americas. */
const CONTINENTS = ['002', '003', '005', '009', '019', '142', '150'];
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.split('');

/**
 * What kind of thing a name is that every reader knows, so that "how many people speak Dutch in Aruba" leads to tables of languages and
 * countries though no column bears the name. Countries, continents and languages by Unicode CLDR, which Node brings (`Intl`).
 */
const KINDS: ReadonlyMap<string, readonly string[]> = makeKinds();

function makeKinds(): Map<string, readonly string[]> {
  const kinds = new Map<string, readonly string[]>();
  const add = (name: string | undefined, ...of: string[]): void => {
    const key = name?.toLowerCase();
    if (key !== undefined) kinds.set(key, [...(kinds.get(key) ?? []), ...of]);
  };
  const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const languages = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  for (const first of LETTERS) {
    for (const second of LETTERS) {
      add(regions.of(`${first}${second}`.toUpperCase()), 'country');
      add(languages.of(`${first}${second}`), 'language');
    }
  }
  for (const code of CONTINENTS) add(regions.of(code), 'continent', 'region');
  for (const name of ['European', 'Asian', 'African', 'American']) add(name, 'continent', 'country');
  const months = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' });
  for (let month = 0; month < 12; month += 1) add(months.format(Date.UTC(2000, month, 15)), 'date', 'month');
  return kinds;
}

/** Kinds of the names in a question; only what is written with a capital is one. Each list of kinds once. */
export function kindsNamed(question: string): (readonly string[])[] {
  const words = question.match(/[\p{L}\p{N}]+/gu) ?? [];
  const found = new Map<string, readonly string[]>();
  for (const [at, word] of words.entries()) {
    if (!/^\p{Lu}/u.test(word)) continue;
    for (let length = WORDS_MAX; length > 0; length -= 1) {
      const kinds = KINDS.get(
        words
          .slice(at, at + length)
          .join(' ')
          .toLowerCase(),
      );
      if (kinds === undefined) continue;
      found.set(kinds.join(' '), kinds);
      break;
    }
  }
  return [...found.values()];
}
