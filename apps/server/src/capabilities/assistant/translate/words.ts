/** Small, general English: how words of a question are compared with names in a catalog. */

const IRREGULAR: Readonly<Record<string, string>> = {
  people: 'person',
  children: 'child',
  men: 'man',
  women: 'woman',
  indices: 'index',
  cities: 'city',
  statuses: 'status',
  status: 'status',
  species: 'species',
  series: 'series',
  address: 'address',
  addresses: 'address',
  bus: 'bus',
  buses: 'bus',
  flew: 'flight',
  flown: 'flight',
  fly: 'flight',
  flies: 'flight',
  flying: 'flight',
  paid: 'pay',
  sold: 'sell',
  bought: 'buy',
  sent: 'send',
  struck: 'strike',
  analyses: 'analysis',
  gas: 'gas',
  news: 'news',
  canvas: 'canvas',
  gpa: 'gpa',
  data: 'data',
  taken: 'take',
  ids: 'id',
};

const ENDS_IN_AS = new Set(['atlas', 'bias', 'alias', 'canvas', 'christmas', 'texas', 'kansas', 'arkansas', 'dallas']);

/** Lower-case singular of one word. */
export function singular(word: string): string {
  const lower = word.toLowerCase();
  const known = IRREGULAR[lower];
  if (known !== undefined) return known;
  if (lower.length <= 3) return lower;
  if (/(ss|us|is)$/.test(lower) || ENDS_IN_AS.has(lower)) return lower;
  if (lower.endsWith('ies')) return `${lower.slice(0, -3)}y`;
  if (/(xes|ches|shes|sses|zes)$/.test(lower)) return lower.slice(0, -2);
  if (lower.endsWith('s')) return lower.slice(0, -1);
  return lower;
}

/** What is left of a word without its verb ending: `delayed` and `delays` are both `delay`. */
export function stem(word: string): string {
  const base = singular(word);
  const cut =
    base.length > 5 && base.endsWith('ing')
      ? base.slice(0, -3)
      : base.length > 4 && base.endsWith('ed')
        ? base.slice(0, -2)
        : base;
  const single = cut === base ? cut : cut.replace(/([bdgmnprt])\1$/, '$1');
  return single.length > 4 && single.endsWith('e') ? single.slice(0, -1) : single;
}

/** Groups of words that name the same kind of thing in most databases. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['customer', 'client', 'buyer', 'cust', 'shopper'],
  ['employee', 'staff', 'worker'],
  ['airline', 'carrier'],
  ['origin', 'source', 'departure'],
  ['destination', 'dest', 'arrival'],
  ['revenue', 'sales'],
  ['quantity', 'qty'],
  ['phone', 'telephone'],
  ['kind', 'type', 'category'],
  ['identifier', 'id'],
  ['name', 'title'],
  ['number', 'num', 'no'],
  ['population', 'inhabitant'],
  ['altitude', 'elevation', 'height'],
  ['country', 'nation'],
  ['state', 'province'],
  ['city', 'town'],
  ['salary', 'wage'],
  ['transaction', 'tx', 'txn'],
  ['speed', 'velocity'],
  ['vendor', 'seller', 'supplier'],
  ['film', 'movie'],
  ['instructor', 'teacher', 'professor'],
  ['department', 'dept'],
  ['currency', 'ccy'],
  ['amount', 'amt'],
  ['latitude', 'lat'],
  ['longitude', 'lon', 'lng'],
  ['date', 'dt'],
  ['account', 'acct'],
  ['message', 'msg'],
  ['bird', 'wildlife', 'animal'],
  ['manufacturer', 'maker'],
  ['average', 'avg', 'mean'],
  ['plane', 'aircraft', 'airplane', 'aeroplane'],
  ['food', 'cuisine'],
  ['job', 'occupation'],
  ['score', 'rating'],
  ['gender', 'sex'],
  ['percent', 'pct', 'percentage'],
  ['zip', 'postcode', 'zipcode'],
  ['organization', 'organisation', 'org'],
  ['cost', 'expense'],
  ['email', 'mail'],
  ['expedition', 'trip', 'journey'],
  ['lender', 'creditor'],
  ['purchase', 'order'],
  ['wheelchair', 'accessible'],
  ['join', 'signup'],
  ['total', 'tot'],
  ['insurance', 'ins'],
  ['salesperson', 'salesman', 'saleswoman'],
  ['doctor', 'physician'],
  ['drug', 'medication', 'medicine'],
  ['paper', 'publication', 'article'],
  ['coupon', 'voucher'],
  ['sell', 'sale'],
];

const GROUP_OF = new Map<string, number>(
  SYNONYMS.flatMap((group, index) => group.map((word) => [stem(word), index] as const)),
);

const NOUN_ENDINGS = ['ment', 'ion', 'ation', 'al', 'ance', 'ence'];

/** `treated` is said of a treatment, `graduating` of a graduation. */
function isDoing(verb: string, noun: string): boolean {
  const base = /^(.{4,})(?:ed|ing)$/.exec(verb)?.[1];
  return base !== undefined && NOUN_ENDINGS.some((ending) => singular(noun) === base + ending);
}

/** 1 when two words are the same but for their ending, 0.9 for a verb and its noun, 0.88 for synonyms, 0 otherwise. */
export function likeness(a: string, b: string): number {
  if (a === b || singular(a) === singular(b) || stem(a) === stem(b)) return 1;
  if (isDoing(a, b)) return 0.9;
  const group = GROUP_OF.get(stem(a));
  return group !== undefined && group === GROUP_OF.get(stem(b)) ? 0.88 : 0;
}

/** The same text for words that are alike: for finding them in a map. */
export function canonical(word: string): string {
  const group = GROUP_OF.get(stem(word));
  return group === undefined ? stem(word) : `~${group}`;
}

const SMALL = new Set(['of', 'the', 'in', 'a', 'an', 'and', 'for', 'to', 'on', 'at', 'by']);

/** `flightDate`, `flight_date` and `Flight Date` are all `flight`, `date`. */
export function splitName(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '');
}

export function withoutSmallWords(words: readonly string[]): string[] {
  const content = words.filter((word) => !SMALL.has(word));
  return content.length === 0 ? [...words] : content;
}

/** Words that names of columns run together, as in `custjoindate`. */
const COMMON_PARTS = [
  'date',
  'time',
  'name',
  'type',
  'status',
  'code',
  'city',
  'state',
  'country',
  'address',
  'email',
  'phone',
  'join',
  'price',
  'amount',
  'count',
  'number',
  'start',
  'end',
  'user',
  'order',
  'item',
  'product',
  'customer',
  'cust',
  'id',
  'open',
  'close',
  'high',
  'low',
  'volume',
  'tax',
  'commission',
  'shares',
  'currency',
  'exchange',
  'symbol',
  'ticker',
  'transaction',
  'tx',
  'source',
  'is',
  'active',
  'str',
  'postal',
  'settlement',
  'daily',
  'rate',
  'total',
  'year',
  'month',
  'day',
  'first',
  'last',
  'birth',
  'level',
  'group',
  'category',
  'value',
];

/** Cuts a run-together name into words known here or used in the question; the name itself when that doesn't come out even. */
export function segment(name: string, asked: ReadonlySet<string>): string[] {
  if (name.length < 6) return [name];
  const best: (string[] | null)[] = [[]];
  for (let end = 1; end <= name.length; end += 1) {
    best[end] = null;
    for (let start = Math.max(0, end - 16); start < end; start += 1) {
      const before = best[start];
      const part = name.slice(start, end);
      if (
        before === null ||
        before === undefined ||
        !(COMMON_PARTS.includes(part) || (part.length > 3 && asked.has(part)))
      )
        continue;
      const found = best[end];
      if (found === null || found === undefined || before.length + 1 < found.length) best[end] = [...before, part];
    }
  }
  return best[name.length] ?? [name];
}
