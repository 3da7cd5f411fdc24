import type { CatalogColumn, CatalogTable, ValueKind } from '@strongroom/protocol';

// The sample's catalog, by hand, for tests of the translator.

function columns(
  specification: Readonly<Record<string, ValueKind | readonly [ValueKind, string]>>,
  key: string | null,
): CatalogColumn[] {
  return Object.entries(specification).map(([name, given]) => {
    const [kind, comment] = typeof given === 'string' ? [given, null] : given;
    return {
      name,
      type: kind === 'float' ? 'double precision' : kind,
      kind,
      nullable: false,
      comment,
      description: null,
      tags: [],
      owner: null,
      isKey: name === key,
    };
  });
}

function table(
  name: string,
  specification: Parameters<typeof columns>[0],
  over: Partial<CatalogTable> = {},
): CatalogTable {
  return {
    resource: `aviation.public.${name}`,
    source: 'aviation',
    schema: 'public',
    name,
    kind: 'table',
    comment: null,
    description: null,
    tags: [],
    owner: null,
    columns: columns(specification, over.primaryKey?.[0] ?? null),
    primaryKey: [],
    foreignKeys: [],
    ...over,
  };
}

const toAirport = (column: string) => ({
  columns: [column],
  references: { schema: 'public', table: 'airports', columns: ['iata'] },
});

export const AVIATION: readonly CatalogTable[] = [
  table(
    'airports',
    { iata: 'text', name: 'text', city: 'text', state: 'text', country: 'text', latitude: 'float', longitude: 'float' },
    { primaryKey: ['iata'] },
  ),
  table('bird_strikes', {
    airport_name: 'text',
    aircraft_make_model: 'text',
    effect_amount_of_damage: 'text',
    flight_date: 'date',
    aircraft_airline_operator: 'text',
    origin_state: 'text',
    phase_of_flight: 'text',
    wildlife_size: 'text',
    wildlife_species: 'text',
    time_of_day: 'text',
    cost_other: 'integer',
    cost_repair: 'integer',
    cost_total: 'integer',
    speed_ias_in_knots: 'integer',
  }),
  table(
    'flights',
    {
      date: 'timestamp',
      delay: ['integer', 'Delay on arrival in minutes; negative when the flight arrived early.'],
      distance: ['integer', 'Distance flown between the two airports in miles.'],
      origin: 'text',
      destination: 'text',
    },
    { foreignKeys: [toAirport('origin'), toAirport('destination')] },
  ),
];
