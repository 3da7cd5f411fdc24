import nlp from 'compromise/three';

/** Kinds of words that the library knows to be somebody's or something's own name. */
const NAMES: ReadonlySet<string> = new Set([
  'City',
  'Country',
  'Demonym',
  'FemaleName',
  'FirstName',
  'LastName',
  'MaleName',
  'Organization',
  'Person',
  'Place',
  'ProperNoun',
  'Region',
  'SportsTeam',
]);

/** Words of questions about data that the library's dictionary lacks. */
const OURS: ReadonlySet<string> = new Set(
  [
    'aggregate alphabetic alphabetical amount ascending asc attribute avg bar breakdown bucket category chart cohort column',
    'compare comparison compute consecutive conversion correlation csv cumulative current currently data date day decreasing',
    'departure desc descending destination deviation difference different dimension duration entry event excluding fewest field',
    'frequency frequent group growth highest histogram hour id ids included including increasing interval item kpi latest length',
    'level lowest match max maximum mean measure median metric min minimum minute month most name null number occurrence order',
    'origin outlier overall pair per percent percentage percentile plot price product profit proportion quantity quarter quartile',
    'range rank ranking ratio record region respective respectively revenue row running sale score second share sort source',
    'spend sql stddev sum summary table text time title top total trend type unique unit user value variance versus volume vs',
    'week weekday weekend weekly year yearly hourly daily monthly quarterly',
    'airline airport animal arrival article attendance building choice combination contract country customer degree describe',
    'distinctive employee enrollment event expense expensive flight gender independence injury invoice letter manufacturer member',
    'moment movie nation passenger popular possible predominantly production resident restaurant shipment station student',
    'subscription substring supplier tournament town trip vehicle version visitor voter',
  ]
    .join(' ')
    .split(' '),
);

const lexicon = (nlp.model() as { one: { lexicon: Readonly<Record<string, string | readonly string[]>> } }).one.lexicon;

/** `name`: of somebody or something; null: a word that no dictionary of ours has. Lower case, one word or several. */
export function kindOfWord(word: string): 'plain' | 'name' | null {
  const kinds = Object.hasOwn(lexicon, word) ? [lexicon[word] ?? []].flat() : [];
  if (kinds.some((kind) => NAMES.has(kind))) return 'name';
  if (kinds.length > 0 || OURS.has(word)) return 'plain';
  return rootsOf(word).some((root) => OURS.has(root) || kindOfRoot(root) === 'plain') ? 'plain' : null;
}

/** Whether the library takes the first word of a text for a name, by what comes after it: `Rose sold how much`. */
export function beginsWithName(text: string): boolean {
  const [sentence] = nlp(text.slice(0, 200)).json() as { terms: { tags: string[] }[] }[];
  return sentence?.terms[0]?.tags.some((tag) => NAMES.has(tag)) === true;
}

function kindOfRoot(root: string): 'plain' | 'name' | null {
  if (!Object.hasOwn(lexicon, root)) return null;
  return [lexicon[root] ?? []].flat().some((kind) => NAMES.has(kind)) ? 'name' : 'plain';
}

/** What a word may have been before its ending. */
function rootsOf(word: string): string[] {
  const endings: readonly [RegExp, readonly string[]][] = [
    [/ies$/, ['y']],
    [/(?:es|s)$/, ['', 'e']],
    [/(?:ed|ing|er|est)$/, ['', 'e']],
    [/ily$/, ['y']],
    [/ly$/, ['']],
  ];
  return endings.flatMap(([ending, instead]) => {
    const stem = word.replace(ending, '');
    return stem === word || stem.length < 3 ? [] : instead.map((end) => stem + end);
  });
}
