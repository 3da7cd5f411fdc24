import {
  type AnswerColumn,
  type AnswerEvent,
  type DisclosureView,
  encodeEvent,
  encodeRows,
} from '@strongroom/protocol';
import {
  Float64,
  Int32,
  tableToIPC,
  Table,
  TimestampMicrosecond,
  Utf8,
  vectorFromArray,
  type Vector,
} from 'apache-arrow';
import { entries } from './fake-data.ts';

// Answers with real frames and real Arrow bytes. The values are made up.

const receipt = entries[1]?.id ?? '';

const disclosure = {
  parts: [
    {
      kind: 'instruction' as const,
      text: 'Translate the question into one PostgreSQL SELECT over these tables. Answer with SQL only.',
    },
    {
      kind: 'schema' as const,
      text: 'flights(date timestamp, delay integer, distance integer, origin varchar(3) → airports.iata, destination varchar(3) → airports.iata)\nairports(iata varchar(4), name text, city text, state varchar(2))',
    },
    {
      kind: 'description' as const,
      text: 'flights: Flights in the United States in the first half of 2001, one row a flight\nflights.delay: Minutes late on arrival; negative is early',
    },
    { kind: 'question' as const, text: '' },
  ],
  sentBytes: 0,
  tables: 2,
  columns: 9,
  recipient: 'built-in',
  sent: null as string | null,
};

type Made = {
  columns: AnswerColumn[];
  vectors: Record<string, Vector>;
  asked: string;
  run: string;
  rules: string[];
  complete?: boolean;
  rowCount: number;
};

const text = (name: string, values: string[]): [AnswerColumn, Vector] => [
  { name, type: 'text', kind: 'text' },
  vectorFromArray(values, new Utf8()),
];
const integer = (name: string, values: number[]): [AnswerColumn, Vector] => [
  { name, type: 'bigint', kind: 'integer' },
  vectorFromArray(values, new Int32()),
];
const decimal = (name: string, values: string[]): [AnswerColumn, Vector] => [
  { name, type: 'numeric', kind: 'decimal' },
  vectorFromArray(values, new Utf8()),
];
const float = (name: string, values: number[]): [AnswerColumn, Vector] => [
  { name, type: 'double precision', kind: 'float' },
  vectorFromArray(values, new Float64()),
];
const moments = (name: string, values: number[]): [AnswerColumn, Vector] => [
  { name, type: 'timestamp without time zone', kind: 'timestamp' },
  vectorFromArray(values, new TimestampMicrosecond()),
];

function make(asked: string, run: string, rules: string[], pairs: [AnswerColumn, Vector][]): Made {
  return {
    columns: pairs.map(([column]) => column),
    vectors: Object.fromEntries(pairs.map(([column, vector]) => [column.name, vector])),
    asked,
    run,
    rules,
    rowCount: pairs[0]?.[1].length ?? 0,
  };
}

const limited = ['read only, 100,000 rows at most'];

export function answerTo(words: string): Made | null {
  if (/top 5/i.test(words)) {
    const sql =
      'SELECT flights.origin, count(*) AS flights FROM flights GROUP BY flights.origin ORDER BY flights DESC LIMIT 5';
    return make(
      sql,
      'SELECT flights.origin, count(*) AS flights FROM public.flights GROUP BY flights.origin ORDER BY (count(*)) DESC LIMIT 5',
      ['names the schema of each table', ...limited],
      [text('origin', ['ORD', 'DFW', 'ATL', 'LAX', 'PHX']), integer('flights', [10934, 10610, 9214, 7706, 6688])],
    );
  }
  if (/by a model/i.test(words)) {
    const sql = 'SELECT count(*) AS flights FROM public.flights WHERE origin = :v1 AND date >= :v2';
    return make(
      sql,
      "SELECT count(*) AS flights FROM public.flights WHERE origin = 'Chicago' AND date >= '2001-03-03'::date LIMIT 100001",
      ['held-back values put in', ...limited],
      [integer('flights', [4711])],
    );
  }
  if (/by month/i.test(words)) {
    const sql =
      "SELECT date_trunc('month', date) AS month, avg(delay) AS average_delay FROM flights GROUP BY 1 ORDER BY 1";
    return make(
      sql,
      "SELECT date_trunc('month', date) AS month, avg(delay) AS average_delay FROM public.flights GROUP BY 1 ORDER BY 1 LIMIT 100001",
      limited,
      [
        moments(
          'month',
          [0, 1, 2, 3, 4, 5].map((month) => Date.UTC(2001, month, 1)),
        ),
        decimal('average_delay', [
          '8.3312044921875000',
          '9.9870410310000000',
          '9.4412000000000000',
          '6.1020000000000000',
          '5.5071428571428571',
          '9.8850000000000000',
        ]),
      ],
    );
  }
  if (/state/i.test(words)) {
    const states =
      'AK AL AR AZ CA CO CT FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY'.split(
        ' ',
      );
    return make(
      'SELECT airports.state, avg(flights.delay) AS average_delay FROM flights JOIN airports ON airports.iata = flights.destination GROUP BY airports.state ORDER BY average_delay DESC',
      'SELECT airports.state, avg(flights.delay) AS average_delay FROM public.flights JOIN public.airports ON airports.iata = flights.destination GROUP BY airports.state ORDER BY (avg(flights.delay)) DESC LIMIT 100001',
      limited,
      [
        text('state', states),
        decimal(
          'average_delay',
          states.map((_, index) => (17.3 - index * 0.31).toFixed(16)),
        ),
      ],
    );
  }
  if (/how many flights/i.test(words))
    return make(
      'SELECT count(*) AS flights FROM flights',
      'SELECT count(*) AS flights FROM public.flights',
      [],
      [integer('flights', [200_000])],
    );
  if (/scatter|distance/i.test(words)) {
    const spread = Array.from({ length: 2000 }, (_, index) => ({
      distance: 80 + ((index * 7919) % 2600),
      delay: Math.round(40 * Math.sin(index * 1.7) ** 3 + ((index * 104_729) % 37) - 12),
    }));
    return make(
      'SELECT distance, delay FROM flights',
      'SELECT distance, delay FROM public.flights LIMIT 100001',
      limited,
      [
        integer(
          'distance',
          spread.map(({ distance }) => distance),
        ),
        integer(
          'delay',
          spread.map(({ delay }) => delay),
        ),
      ],
    );
  }
  if (/million/i.test(words)) {
    const length = 1_000_000;
    const numbers = Array.from({ length }, (_, index) => index);
    return {
      ...make('SELECT * FROM flights', 'SELECT * FROM public.flights LIMIT 1000001', limited, [
        integer('flight_id', numbers),
        text(
          'origin',
          numbers.map((index) => ['ORD', 'DFW', 'ATL', 'LAX', 'PHX'][index % 5] ?? ''),
        ),
        integer(
          'delay',
          numbers.map((index) => (index * 7919) % 240),
        ),
        float(
          'load',
          numbers.map((index) => ((index * 31) % 1000) / 1000),
        ),
        moments(
          'date',
          numbers.map((index) => Date.UTC(2001, 0, 1) + index * 15_000),
        ),
      ]),
      complete: false,
    };
  }
  if (/my region/i.test(words)) {
    const none = /none/i.test(words);
    return make(
      'SELECT name, city, state FROM airports',
      "SELECT name, city, state FROM (SELECT left(name, 1) || '***' AS name, city, state FROM public.airports WHERE state = 'north' OFFSET 0) AS airports LIMIT 100001",
      [
        'tables named in full',
        'rows of public.airports filtered by its policy',
        'public.airports.name masked (partial)',
        ...limited,
      ],
      [
        text('name', none ? [] : ['H***', 'M***', 'O***']),
        text('city', none ? [] : ['Chicago', 'Minneapolis', 'Detroit']),
        text('state', none ? [] : ['north', 'north', 'north']),
      ],
    );
  }
  if (/nothing|empty/i.test(words))
    return make(
      "SELECT * FROM flights WHERE origin = 'XXX'",
      "SELECT * FROM public.flights WHERE origin = 'XXX' LIMIT 100001",
      limited,
      [text('origin', []), integer('delay', [])],
    );
  return null;
}

const STOPS = [
  ['switch', 'query/run_sql_off', 403, 'an admin has turned off running SQL in this workspace'],
  ['rights', 'query/rights_changed', 403, 'what you may see was changed while the query ran; ask again'],
  ['broken', 'query/policy_broken', 409, 'the policy of this source does not fit its tables any more; tell its admin'],
] as const;

export async function* framesOf(words: string, bySql: boolean): AsyncGenerator<Uint8Array> {
  const parts = disclosure.parts.map((part) => (part.kind === 'question' ? { ...part, text: words } : part));
  if (!bySql) yield* disclosedFor(words, { ...disclosure, parts });
  if (/secret/i.test(words)) {
    return yield event({
      type: 'stopped',
      step: 'guard',
      outcome: 'denied',
      problem: problem('query/denied', 403, 'there is no table `secret` that you may see'),
      understanding: null,
      receipt,
    });
  }
  const stop = STOPS.find(([said]) => words.toLowerCase().includes(said));
  if (stop !== undefined)
    return yield event({
      type: 'stopped',
      step: stop[1] === 'query/rights_changed' ? 'run' : 'guard',
      outcome: null,
      problem: problem(stop[1], stop[2], stop[3]),
      understanding: null,
      receipt,
    });
  const made = answerTo(words);
  if (made === null) {
    const closest = [
      { table: 'aviation.public.flights', column: 'delay' },
      { table: 'aviation.public.flights', column: null },
      { table: 'aviation.public.bird_strikes', column: null },
    ];
    return yield event({
      type: 'stopped',
      step: 'translate',
      outcome: 'declined',
      problem: problem('assistant/not_sure', 422, 'two words have no column'),
      understanding: { understood: ['flights', 'by carrier'], notUnderstood: ['carrier', 'satisfaction'], closest },
      receipt: null,
    });
  }
  if (!bySql)
    yield event({
      type: 'translated',
      source: 'aviation',
      asked: made.asked,
      translator: 'built-in',
      understanding: {
        understood: [
          ...(/^and/i.test(words)
            ? ['read as “How many flights left each origin airport by month? Show the top 5”']
            : []),
          'count of flights',
          'by origin',
          'the first 5',
        ],
        notUnderstood: [],
        closest: [],
      },
    });
  yield event({
    type: 'planned',
    source: 'aviation',
    asked: bySql ? words : made.asked,
    run: made.run,
    rules: made.rules,
  });
  if (/slow/i.test(words)) await new Promise(() => undefined);
  yield event({ type: 'released', receipt, columns: made.columns, view: 'view-1' });
  const bytes = tableToIPC(new Table(made.vectors), 'stream');
  for (let start = 0; start < bytes.length; start += 1 << 20)
    yield encodeRows(bytes.subarray(start, start + (1 << 20)));
  const complete = made.complete ?? true;
  yield event({
    type: 'completed',
    outcome: made.rowCount > 0 ? 'rows' : made.rules.some((rule) => rule.startsWith('rows of')) ? 'filtered' : 'empty',
    rowCount: made.rowCount,
    complete,
    limit: complete ? null : 'rows',
    elapsedMs: 38.4,
    receipt,
  });
}

/** What was told: to a model that had to mend its statement, without values, or to nobody. */
async function* disclosedFor(words: string, view: DisclosureView): AsyncGenerator<Uint8Array> {
  const questionId = '01a21325-ec50-718d-a657-4d6a9033a2a5';
  if (!/by a model/i.test(words)) return yield event({ type: 'disclosed', disclosure: view, questionId });
  const sent = { ...view, recipient: 'small-model', sentBytes: 1204, sent: JSON.stringify({ model: 'small-model' }) };
  const held = {
    ...sent,
    parts: sent.parts.map((part) =>
      part.kind === 'question' ? { ...part, text: 'How many flights left :v1 since :v2, by a model' } : part,
    ),
    heldBack: [
      { name: ':v1', kind: 'text' as const, typed: 'Chicago', value: 'Chicago' },
      { name: ':v2', kind: 'date' as const, typed: '3 March 2001', value: '2001-03-03' },
    ],
  };
  const asked = 'SELECT count(*) FROM public.flihgts WHERE origin = :v1 AND date >= :v2';
  yield event({ type: 'disclosed', disclosure: held, questionId });
  yield event({ type: 'translated', source: 'aviation', asked, translator: 'small-model', understanding: null });
  yield event({ type: 'retried', asked, refused: { code: 'query/denied', position: null } });
  const why = {
    kind: 'error' as const,
    text: `This statement was not run (query/denied: it names a table or column that there is none of by that name). Write another one.\n${asked}`,
  };
  yield event({ type: 'disclosed', disclosure: { ...held, sentBytes: 1391, parts: [...held.parts, why] }, questionId });
}

const event = (value: AnswerEvent): Uint8Array => encodeEvent(value);

export function problem(code: string, status: number, title: string) {
  return { type: 'about:blank', title, status, code, requestId: 'req-0199f3a2' };
}
