/** The words of English that shape a question, whatever it is about. */
export type Key =
  | {
      readonly is:
        | 'open'
        | 'when'
        | 'count'
        | 'howMuch'
        | 'distinct'
        | 'group'
        | 'overTime'
        | 'common'
        | 'rare'
        | 'between'
        | 'not'
        | 'with'
        | 'without'
        | 'and'
        | 'or'
        | 'comma'
        | 'end'
        | 'filler'
        | 'link'
        | 'paren'
        | 'ratio'
        | 'is'
        | 'preposition'
        | 'of'
        | 'order'
        | 'ascending'
        | 'descending'
        | 'share'
        | 'all'
        | 'deny'
        | 'yesNo';
    }
  | { readonly is: 'aggregate'; readonly function: 'avg' | 'sum' | 'min' | 'max' }
  | { readonly is: 'bucket'; readonly bucket: Bucket }
  | { readonly is: 'top'; readonly direction: Direction }
  | {
      readonly is: 'superlative';
      readonly direction: Direction;
      readonly about: readonly string[];
      /** Of rows rather than of a column. */
      readonly ofRows?: readonly string[];
    }
  | { readonly is: 'judged'; readonly good: boolean }
  | { readonly is: 'most'; readonly direction: Direction }
  | {
      readonly is: 'compare';
      readonly operator: '>' | '>=' | '<' | '<=' | '=' | '<>';
      readonly about: readonly string[];
    }
  | { readonly is: 'match'; readonly where: 'start' | 'end' | 'middle' }
  | { readonly is: 'role'; readonly role: Role };
export type Direction = 'asc' | 'desc';
/** `from` and `received` are an origin and a destination where there are several ways to go, and else nothing more. */
export type Role = 'origin' | 'destination' | 'from' | 'received';
export type Bucket = 'day' | 'week' | 'month' | 'quarter' | 'year' | 'weekday' | 'hourOfDay';

const PHRASES = new Map<string, Key>();

function say(key: Key, phrases: string): void {
  for (const phrase of phrases.split('|')) PHRASES.set(phrase.trim(), key);
}

say(
  { is: 'open' },
  'which|what|who|show|show me|list|give me|give|find|display|return|get|tell me|what is|what are|what was|what were|who are|who is|which is|which are|i want|i want to see|see|report|present|fetch|calculate|compute|name of all',
);
say({ is: 'when' }, 'when|when was|when were|when did|on what date|on which date');
say(
  { is: 'count' },
  'how many|number of|the number of|count|count of|total number of|total count of|how often|no. of|counts|amount of times|number',
);
say({ is: 'howMuch' }, 'how much');
say({ is: 'distinct' }, 'distinct|different|unique|distinct list of|list of distinct');
say(
  { is: 'group' },
  'by|per|each|for each|for every|every|in each|of each|from each|to each|at each|on each|during each|across|across all|across different|grouped by|group by|broken down by|split by|for each of|according to|within each|through each|by each|with each|into each',
);
say({ is: 'overTime' }, 'over time|through time|trend|trends');
say(
  { is: 'common' },
  'most common|most frequent|most frequently|most often|most popular|busiest|commonest|most commonly|most typical',
);
say({ is: 'rare' }, 'least common|least frequent|least often|least popular|rarest|least frequently|quietest');
say({ is: 'between' }, 'between|from between|ranging between|ranging from');
say(
  { is: 'not' },
  "not|except|except for|excluding|other than|besides|apart from|outside|outside of|but not|never|don't|doesn't|didn't|isn't|aren't|wasn't|weren't|non|haven't|hasn't|ignoring|not including|not counting|leaving out",
);
say({ is: 'with' }, 'with|having|has|have|had|with a|with an');
say({ is: 'without' }, 'without|with no|have no|has no|had no|having no|without a|without an|without any|lacking');
say({ is: 'and' }, 'and|as well as|plus|along with|together with|and also|&');
say({ is: 'or' }, 'or|either');
say({ is: 'comma' }, ',');
say({ is: 'end' }, '?|.|!|;|:');
say({ is: 'paren' }, '(');
say(
  { is: 'filler' },
  ')|the|a|an|there|please|can|could|would|you|me|us|i|we|do|does|did|been|being|be|their|its|his|her|it|they|them|that|who|whose|where|these|those|this|any|some|took place|take place|overall|also|respectively|respective|corresponding|in total|in all|altogether|then|so|out there|we have|do we have|like to know|want to know|need|know|see|look|value|values|results|result|them all|answer|located|together|each time|combinations of|combination of|pairs of|list of|total of|ones|dataset|database|data set|in the database|in the dataset|of records|on record|were there|are there|is there|was there|as|its own|within|going|for all|amongst|among|such|both',
);
// What rows do with each other, whatever they are: a name of the catalog that sounds alike comes first.
say(
  { is: 'link' },
  'happened|happen|happens|happening|occurred|occur|occurs|occurring|recorded|reported|registered|exist|exists|existed|made|make|makes|making|done|placed|take|takes|took|taken|taking|given|gave|gets|got|gotten|involving|involved|belonging|belongs|belong|belonging to|belongs to|belong to|serve|serves|served|serving|offer|offers|offered|offering|provide|provides|provided|providing|include|includes|included|including|own|owns|owned|hold|holds|teach|teaches|taught|teaching|write|writes|wrote|written|authored|live|lives|lived|living|reside|resides|residing|situated|based|found|work|works|worked|working|run|runs|associated with|associated|related to|linked to|record|records|row|rows|entry|entries|attended|attend|appear|appears|appeared|issue|issues|issued|issuing|create|creates|created|creating|submit|submitted|submitting|post|posted|posting|perform|performed|conduct|conducted|used|use|uses|using|flow|flows|pass|passes|lie|lies|run through|flow through|pass through|stored|store|listed|assigned|attached|published|publish|publishes|publishing|come|comes|came',
);
say({ is: 'match', where: 'start' }, 'starts with|starting with|start with|begins with|beginning with|begin with');
say({ is: 'match', where: 'end' }, 'ends with|ending with|end with|ends in|ending in');
say({ is: 'match', where: 'middle' }, 'contains|containing|contain|containing the word|contains the word');
say({ is: 'ratio' }, 'ratio of|the ratio of|ratio between');
say({ is: 'is' }, 'is|are|was|were|equal to|equals|=|named|called|being|of type|valued');
say({ is: 'preposition' }, 'in|at|on|for|during|through|inside|near the|situated in|located in|based in|living in');
say({ is: 'of' }, 'of|of all|of the|out of');
say(
  { is: 'order' },
  'sorted by|ordered by|order by|sort by|ranked by|rank by|order the results by|sort the results by|order them by|sort them by|arranged by|in order of',
);
say(
  { is: 'ascending' },
  'ascending|ascending order|in ascending order|lowest first|from lowest to highest|from lowest|lowest to highest|smallest first|from smallest to largest|from shortest to longest|alphabetically|in alphabetical order|low to high|from least to most|ordered from lowest to highest|ordered from smallest to largest|ordered from shortest to longest|sorted alphabetically',
);
say(
  { is: 'descending' },
  'descending|descending order|in descending order|highest first|from highest to lowest|highest to lowest|largest first|from largest to smallest|from longest to shortest|most first|high to low|from most to least|ordered from highest to lowest|ordered from largest to smallest|ordered from longest to shortest|in decreasing order|decreasing',
);
say(
  { is: 'share' },
  'share of|percentage of|percent of|proportion of|fraction of|what share of|what percentage of|what percent of|what proportion of|what fraction of|% of',
);
say({ is: 'all' }, 'all|all the|all of the|every single|complete list of|full list of');
say({ is: 'yesNo' }, 'is there any|are there any');
say(
  { is: 'deny' },
  'why|how come|delete|drop|insert|update|remove|truncate|alter|create|grant|revoke|erase|overwrite|predict|prediction|forecast|forecasts|expect|expected|will|should|recommend|suggest|advise|correlation|correlate|correlated|causes|cause|caused|because|explain|reason|reasons|compare|compared|versus|vs|difference|differences|growth|change|changes|running|cumulative|moving|rolling|median|variance|deviation|percentile|rank|ranking|reliable|ignore|if|unless|than each other|more than one another|starts|ends|same|consecutive|previous instructions|per capita|relative|than average|than the average|above average|below average|previously|half|twice|double|next|tomorrow|exclusive|only|just|exclusively|solely|exactly one|only one|at least one of each|none of|neither|nor|every other|cumulated|first time|again|still|yet|already|until now|instead|rather|whether|vary|varies',
);
say({ is: 'aggregate', function: 'avg' }, 'average|avg|mean|on average|typical|the average');
say(
  { is: 'aggregate', function: 'sum' },
  'total|sum of|sum|total sum of|combined|overall total|aggregate|the sum of|summed',
);
say({ is: 'aggregate', function: 'max' }, 'maximum|max|the maximum|highest possible');
say({ is: 'aggregate', function: 'min' }, 'minimum|min|the minimum|lowest possible');
for (const bucket of ['day', 'week', 'month', 'quarter', 'year'] as const)
  say({ is: 'bucket', bucket }, `${bucket}|${bucket}s|calendar ${bucket}`);
say({ is: 'bucket', bucket: 'day' }, 'daily');
say({ is: 'bucket', bucket: 'week' }, 'weekly');
say({ is: 'bucket', bucket: 'month' }, 'monthly');
say({ is: 'bucket', bucket: 'quarter' }, 'quarterly');
say({ is: 'bucket', bucket: 'year' }, 'yearly|annual|annually');
say({ is: 'bucket', bucket: 'weekday' }, 'day of the week|day of week|weekday|days of the week|days of week');
say({ is: 'bucket', bucket: 'hourOfDay' }, 'hour of the day|hour of day|hours of the day');
say({ is: 'top', direction: 'desc' }, 'top|the top');
say({ is: 'top', direction: 'asc' }, 'bottom|the bottom');
const HEIGHT = ['height', 'altitude', 'elevation'];
const SIZE = ['area', 'size', 'surface'];
say({ is: 'superlative', direction: 'desc', about: [], ofRows: HEIGHT }, 'highest');
say({ is: 'superlative', direction: 'desc', about: [], ofRows: SIZE }, 'largest|biggest');
say({ is: 'superlative', direction: 'desc', about: [] }, 'greatest|top-ranked|maximal');
say({ is: 'superlative', direction: 'asc', about: [], ofRows: HEIGHT }, 'lowest');
say({ is: 'superlative', direction: 'asc', about: [], ofRows: SIZE }, 'smallest|tiniest');
say({ is: 'superlative', direction: 'asc', about: [] }, 'least');
say({ is: 'superlative', direction: 'desc', about: ['length', 'distance', 'duration'] }, 'longest|farthest|furthest');
say({ is: 'superlative', direction: 'asc', about: ['length', 'distance', 'duration'] }, 'shortest|nearest|closest');
say(
  { is: 'superlative', direction: 'desc', about: ['price', 'cost', 'fee'] },
  'most expensive|costliest|priciest|dearest|most costly',
);
say({ is: 'superlative', direction: 'asc', about: ['price', 'cost', 'fee'] }, 'cheapest|least expensive');
say({ is: 'superlative', direction: 'desc', about: ['speed'] }, 'fastest|quickest');
say({ is: 'superlative', direction: 'asc', about: ['speed'] }, 'slowest');
say({ is: 'superlative', direction: 'desc', about: ['weight'] }, 'heaviest');
say({ is: 'superlative', direction: 'asc', about: ['weight'] }, 'lightest');
say({ is: 'superlative', direction: 'desc', about: ['height', 'altitude', 'elevation'] }, 'tallest');
say({ is: 'superlative', direction: 'desc', about: ['population'] }, 'most populous|most populated');
say({ is: 'superlative', direction: 'asc', about: ['population'] }, 'least populous|least populated');
say({ is: 'superlative', direction: 'desc', about: ['date', 'datetime'] }, 'latest|most recent|newest|last');
say({ is: 'superlative', direction: 'asc', about: ['date', 'datetime'] }, 'earliest|oldest|first');
say({ is: 'superlative', direction: 'desc', about: ['latitude'] }, 'northernmost|most northern|most northerly');
say({ is: 'superlative', direction: 'asc', about: ['latitude'] }, 'southernmost|most southern|most southerly');
say({ is: 'judged', good: false }, 'worst');
say({ is: 'judged', good: true }, 'best');
say(
  { is: 'most', direction: 'desc' },
  'most|the most|the largest number of|largest number of|highest number of|greatest number of|most number of|the highest number of',
);
say({ is: 'most', direction: 'asc' }, 'fewest|the fewest|least number of|lowest number of|smallest number of');
say(
  { is: 'compare', operator: '>', about: [] },
  'more than|over|above|greater than|higher than|larger than|bigger than|exceeding|exceeds|exceed|exceeded|>|of more than|of over|by more than|in excess of|beyond|is above|is over|more',
);
say(
  { is: 'compare', operator: '>=', about: [] },
  'at least|>=|no less than|not less than|minimum of|a minimum of|of at least|by at least|no fewer than|greater than or equal to|or more than',
);
say(
  { is: 'compare', operator: '<', about: [] },
  'less than|under|below|fewer than|lower than|smaller than|<|of less than|of under|by less than',
);
say(
  { is: 'compare', operator: '<=', about: [] },
  'at most|<=|no more than|not more than|up to|maximum of|a maximum of|of at most|less than or equal to|not over|not exceeding',
);
say({ is: 'compare', operator: '=', about: [] }, 'exactly|exactly equal to|==');
say({ is: 'compare', operator: '<>', about: [] }, '!=|<>|not equal to|different from');
say(
  { is: 'compare', operator: '>', about: ['length', 'distance', 'duration'] },
  'longer than|farther than|further than',
);
say({ is: 'compare', operator: '<', about: ['length', 'distance', 'duration'] }, 'shorter than|closer than');
say({ is: 'compare', operator: '>', about: ['speed'] }, 'faster than');
say({ is: 'compare', operator: '<', about: ['speed'] }, 'slower than');
say({ is: 'compare', operator: '>', about: ['price', 'cost', 'fee'] }, 'more expensive than');
say({ is: 'compare', operator: '<', about: ['price', 'cost', 'fee'] }, 'cheaper than');
say({ is: 'role', role: 'from' }, 'from|went from|came from|coming from|come from');
say(
  { is: 'role', role: 'origin' },
  'leaving|left|departing|departing from|departed|departed from|leaving from|left from|out of the|starting in|starting at|originating in|originating from|depart from|leave|leave from|depart|sent by|sent from|starting from|taking off from|took off from',
);
say({ is: 'role', role: 'received' }, 'received|receive|receives|receiving');
say(
  { is: 'role', role: 'destination' },
  'to|into|went to|goes to|go to|went into|arriving in|arriving at|arrived at|arrived in|arriving|landing in|landing at|landed in|landed at|going to|bound for|heading to|headed to|ending in|arrive at|arrive in|flying to|flying into|flew to|received by|reaching|reach|land at|land in',
);

const LONGEST = Math.max(...[...PHRASES.keys()].map((phrase) => phrase.split(' ').length));

/** The longest shaping phrase that starts at `at`. */
export function readPhrase(words: readonly string[], at: number): { key: Key; length: number } | null {
  const found = longestPhrase(words, at);
  // `the most expensive` is about `most expensive`, not about `the most`.
  if (found === null || found.length < 2 || words[at] !== 'the') return found;
  const next = longestPhrase(words, at + 1);
  return next !== null && next.length + 1 > found.length ? { key: { is: 'filler' }, length: 1 } : found;
}

function longestPhrase(words: readonly string[], at: number): { key: Key; length: number } | null {
  for (let length = Math.min(LONGEST, words.length - at); length > 0; length -= 1) {
    const key = PHRASES.get(words.slice(at, at + length).join(' '));
    if (key !== undefined) return { key, length };
  }
  return null;
}
