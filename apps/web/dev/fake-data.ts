import {
  askerWordsSchema,
  type CatalogColumn,
  type CatalogTable,
  type AuditOutcome,
  type LedgerEntry,
  type LedgerStatus,
  type Person,
  type Preference,
  type Question,
  type Source,
  type Term,
  type ValueKind,
} from '@strongroom/protocol';

// Metadata for looking at the scenes without a server. Names as in the sample; people made up.

const now = Date.now();
export const at = (minutesAgo: number): string => new Date(now - minutesAgo * 60_000).toISOString();

export const people: Person[] = [
  {
    id: 'p1',
    email: 'admin@localhost',
    name: 'Local administrator',
    role: 'admin',
    teams: ['finance'],
    attributes: {},
    lastSignInAt: at(4),
    createdAt: at(90_000),
  },
  {
    id: 'p2',
    email: 'ada.moreno@example.com',
    name: 'Ada Moreno',
    role: 'editor',
    teams: ['finance', 'operations'],
    attributes: { region: 'north', desk: 'long-haul' },
    lastSignInAt: at(1500),
    createdAt: at(60_000),
  },
  {
    id: 'p3',
    email: 'li.wei@example.com',
    name: 'Li Wei',
    role: 'viewer',
    teams: [],
    attributes: {},
    lastSignInAt: null,
    createdAt: at(300),
  },
];

export const sources: Source[] = [
  {
    id: 's1',
    name: 'aviation',
    kind: 'postgres',
    owner: 'admin@localhost',
    location: 'the sample database, on this machine',
    status: 'ready',
    tables: 3,
    warnings: [],
    grants: ['everyone'],
    mayQuery: true,
    mayManage: true,
    createdAt: at(90_000),
    refreshedAt: at(12),
  },
  {
    id: 's2',
    name: 'flights-3m',
    kind: 'file',
    owner: 'admin@localhost',
    location: 'flights-3m.parquet, 13.5 MB',
    status: 'ready',
    tables: 1,
    warnings: [],
    grants: [],
    mayQuery: true,
    mayManage: true,
    createdAt: at(90_000),
    refreshedAt: at(12),
  },
  {
    id: 's3',
    name: 'warehouse',
    kind: 'postgres',
    owner: 'ada.moreno@example.com',
    location: 'db.example.com:5432/sales',
    status: 'ready',
    tables: 48,
    warnings: ['can write: public.orders', 'can write: public.customers', 'the connection is not encrypted'],
    grants: ['team:finance', 'person:li.wei@example.com'],
    mayQuery: true,
    mayManage: true,
    createdAt: at(3000),
    refreshedAt: at(200),
  },
];

const column = (name: string, type: string, kind: ValueKind, more: Partial<CatalogColumn> = {}): CatalogColumn => ({
  name,
  type,
  kind,
  nullable: false,
  comment: null,
  description: null,
  tags: [],
  owner: null,
  isKey: false,
  glossary: [],
  popularity: 0,
  ...more,
});

const airport = { schema: 'public', table: 'airports', columns: ['iata'] };
export const terms: Term[] = [
  {
    id: '0190b3c8-0000-7000-8000-000000000101',
    name: 'Leg',
    synonyms: ['hop', 'segment'],
    definition: 'One flight from take-off to landing, whatever its number',
    links: ['aviation.public.flights', 'aviation.public.flights.distance'],
  },
  {
    id: '0190b3c8-0000-7000-8000-000000000102',
    name: 'On time',
    synonyms: ['punctual'],
    definition: 'Less than 15 minutes late on arrival, as the Department of Transportation counts it',
    links: [],
  },
];
export const tables: CatalogTable[] = [
  {
    resource: 'aviation.public.flights',
    source: 'aviation',
    schema: 'public',
    name: 'flights',
    kind: 'table',
    comment: null,
    description: 'Flights in the United States in the first half of 2001, one row a flight',
    tags: ['departures', 'sample'],
    owner: 'admin@localhost',
    glossary: [terms[0]!],
    popularity: 4,
    columns: [
      column('date', 'timestamp without time zone', 'timestamp', { description: 'When it was due to leave' }),
      column('delay', 'integer', 'integer', {
        description: 'Minutes late on arrival; negative is early',
        tags: ['late', 'punctuality'],
      }),
      column('distance', 'integer', 'integer', {
        description: 'Miles between the two airports',
        glossary: [terms[0]!],
        popularity: 2,
      }),
      column('origin', 'character varying(3)', 'text', {
        description: 'Airport it left',
        tags: ['from', 'departure'],
        isKey: true,
      }),
      column('destination', 'character varying(3)', 'text', {
        description: 'Airport it went to',
        tags: ['to', 'arrival'],
        isKey: true,
      }),
    ],
    primaryKey: [],
    foreignKeys: [
      { columns: ['origin'], references: airport },
      { columns: ['destination'], references: airport },
    ],
  },
  {
    resource: 'aviation.public.airports',
    source: 'aviation',
    schema: 'public',
    name: 'airports',
    kind: 'table',
    comment: null,
    description: 'Airports of the United States',
    tags: ['sample'],
    owner: null,
    glossary: [],
    popularity: 0,
    columns: [
      column('iata', 'character varying(4)', 'text', { isKey: true }),
      column('name', 'text', 'text'),
      column('city', 'text', 'text', { nullable: true }),
      column('state', 'character varying(2)', 'text', { nullable: true, description: 'Postal code of the state' }),
      column('country', 'text', 'text'),
      column('latitude', 'double precision', 'float'),
      column('longitude', 'double precision', 'float'),
    ],
    primaryKey: ['iata'],
    foreignKeys: [],
  },
  {
    resource: 'aviation.public.bird_strikes',
    source: 'aviation',
    schema: 'public',
    name: 'bird_strikes',
    kind: 'table',
    comment: 'Reports of birds hit by aircraft',
    description: null,
    tags: [],
    owner: null,
    glossary: [],
    popularity: 0,
    columns: [
      column('flight_date', 'date', 'date'),
      column('airport_name', 'text', 'text'),
      column('cost_total', 'numeric(12,2)', 'decimal', { nullable: true }),
    ],
    primaryKey: [],
    foreignKeys: [],
  },
  {
    resource: 'flights-3m.main.flights',
    source: 'flights-3m',
    schema: 'main',
    name: 'flights',
    kind: 'file',
    comment: null,
    description: null,
    tags: [],
    owner: null,
    glossary: [],
    popularity: 0,
    columns: [
      column('FL_DATE', 'date', 'date'),
      column('DEP_DELAY', 'integer', 'integer'),
      column('DISTANCE', 'integer', 'integer'),
    ],
    primaryKey: [],
    foreignKeys: [],
  },
];

export const questions: Question[] = [
  ['and by month?', 4, 1],
  ['How many flights left each origin airport? Show the top 5', 5],
  ['Average delay by month', 30],
  ['Which destination states have the worst average delay?', 1500],
  ['SELECT date, delay FROM flights LIMIT 1000000', 1600],
  ['How many bird strikes were reported each year since 1995?', 4000],
].map(([text, minutes, follows], index) => {
  const sql = String(text).startsWith('SELECT');
  return {
    id: `q${index}`,
    question: sql ? null : askerWordsSchema.parse(text),
    follows: follows === undefined ? null : `q${follows}`,
    source: 'aviation',
    sql: { asked: sql ? String(text) : null, run: null },
    translator: sql ? null : 'built-in',
    outcome: 'rows',
    askedAt: at(Number(minutes)),
    disclosure: null,
    receipt: null,
  };
});

type Act = [string, string | null, AuditOutcome, string];
const actions: [Act, ...Act[]] = [
  ['query.completed', 'aviation', 'done', 'granted to everyone'],
  ['query.released', 'aviation', 'done', 'granted to everyone'],
  ['assistant.asked', 'aviation', 'done', 'role admin'],
  ['query.refused', null, 'refused', 'no grant on the source'],
  ['sources.added', 'warehouse', 'done', 'role admin'],
  ['people.invited', 'li.wei@example.com', 'done', 'role admin'],
  ['identity.signed_in', null, 'done', 'one-time link'],
  ['egress.disclosed', 'models.example.com', 'failed', 'declared endpoint'],
];
const closed = {
  actor: null,
  session: null,
  address: null,
  requestId: null,
  resource: null,
  decision: null,
  counts: null,
};
export const entries: LedgerEntry[] = Array.from({ length: 137 }, (_, index) =>
  entryOf(137 - index, at(4 + index * 7)),
);

/** The fourth and the sixth of ten are no longer what they were. */
export function entryOf(position: number, time: string): LedgerEntry {
  const index = 137 - position;
  const [action, resource, outcome, reason] = actions.at(index % actions.length) ?? actions[0];
  const person = people[index % 4 === 3 ? 2 : Math.abs(index % 2)] ?? people[0];
  const place = { id: `0199f3a2-7c41-7d0e-9b52-${String(1000000000 + index).padStart(12, 'a')}`, position };
  if (index % 10 === 3) return { ...place, state: 'redacted', at: time, action, outcome, ...closed };
  if (index % 10 === 5) return { ...place, state: 'altered', at: time, action, outcome, ...closed };
  return {
    ...place,
    state: 'open',
    at: time,
    actor: { kind: 'person', id: person?.id ?? null, name: person?.email ?? '' },
    session: 'c0ffee00-1111-4222-8333-444455556666',
    address: '127.0.0.1',
    requestId: `req-${index}`,
    action,
    resource,
    decision: { allowed: outcome !== 'refused', reason },
    outcome,
    counts: action === 'query.completed' ? { rows: 5, bytes: 412, elapsed_ms: 38 } : {},
  };
}

const lastPosition = entries[0]?.position ?? 0;
export const ledgerStatus: LedgerStatus = {
  entries: lastPosition,
  checkpoint: { size: lastPosition, at: at(1) },
  key: 'strongroom/w1+1f2e3d4c+AQIDBA==',
  problem: null,
  witnesses: [
    {
      name: 'witness.example.com',
      key: 'witness.example.com+5a6b7c8d+BAUGBw==',
      size: lastPosition - 4,
      at: at(190),
      waitingSince: at(180),
      problem: { message: 'there was no answer', at: at(180) },
    },
  ],
};

export const preferences: Preference[] = ['Always show delays in hours', 'Leave out cancelled flights'].map(
  (text, index) => ({ id: `f${index}`, text: askerWordsSchema.parse(text), addedAt: at(100 - index) }),
);
