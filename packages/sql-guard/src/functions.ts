/** How numbers of an expression divide: PostgreSQL's `int4`/`int8` truncate, `number` (numeric, floats) does not. */
export type NumberType = 'int4' | 'int8' | 'number';

export type FunctionUse = 'scalar' | 'aggregate' | 'window' | 'ordered-set';

export type FunctionRule = {
  use: FunctionUse;
  /** Result type where it is a number whatever the arguments; `argument`: that of the first argument. */
  returns: NumberType | 'argument' | null;
  /** Name in DuckDB, when it means the same there; null = refused there. */
  duckdb: string | null;
};

const rules = new Map<string, FunctionRule>();

function allow(use: FunctionUse, returns: FunctionRule['returns'], names: string, duckdb: 'same' | null = null): void {
  for (const name of names.split(' ')) rules.set(name, { use, returns, duckdb: duckdb === null ? null : name });
}

// Built-in, without side effects, reading nothing but their arguments, and with a result not much larger than those.
// Absent on purpose: everything that reads settings, catalogs, files, sequences, locks or other sessions, runs SQL
// given as text, sleeps, or makes a large value out of a small one (`repeat`, `format` with a width, `array_fill`).
allow('scalar', 'argument', 'abs mod', 'same');
allow(
  'scalar',
  'number',
  'ceil ceiling floor round sqrt power exp ln sign degrees radians pi sin cos tan asin acos atan atan2 cbrt',
  'same',
);
allow('scalar', 'number', 'log trunc date_part extract', 'same');
allow('scalar', 'int4', 'length strpos position', 'same');
allow(
  'scalar',
  'int4',
  'char_length character_length octet_length bit_length ascii width_bucket cardinality array_length array_position array_upper array_lower jsonb_array_length json_array_length num_nulls num_nonnulls gcd lcm div scale',
);
allow(
  'scalar',
  null,
  'lower upper concat concat_ws substring substr left right replace reverse btrim ltrim rtrim starts_with split_part',
  'same',
);
allow(
  'scalar',
  null,
  'initcap lpad rpad overlay translate chr to_hex md5 sha256 encode decode quote_literal quote_ident regexp_replace regexp_match regexp_substr regexp_like regexp_count regexp_instr normalize like_escape similar_to_escape',
);
allow('scalar', null, 'date date_trunc make_date age to_char now', 'same');
allow(
  'scalar',
  null,
  'to_date to_timestamp to_number make_time make_timestamp make_timestamptz make_interval justify_days justify_hours justify_interval isfinite date_bin timezone overlaps transaction_timestamp statement_timestamp',
);
allow(
  'scalar',
  null,
  'array_to_string string_to_array array_append array_prepend array_cat array_remove array_replace array_ndims array_dims array_positions',
);
allow(
  'scalar',
  null,
  'json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text json_typeof jsonb_typeof to_json to_jsonb json_build_object jsonb_build_object json_build_array jsonb_build_array jsonb_strip_nulls json_strip_nulls',
);
allow('aggregate', 'int8', 'count', 'same');
allow('aggregate', 'argument', 'min max', 'same');
allow(
  'aggregate',
  'number',
  'avg stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp regr_slope regr_intercept regr_r2 regr_count',
  'same',
);
allow('aggregate', 'number', 'regr_avgx regr_avgy regr_sxx regr_sxy regr_syy');
allow('aggregate', null, 'sum bool_and bool_or string_agg', 'same');
allow(
  'aggregate',
  null,
  'every array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg bit_and bit_or bit_xor any_value',
);
allow('ordered-set', 'number', 'percentile_cont', 'same');
allow('ordered-set', 'argument', 'percentile_disc mode', 'same');
allow('window', 'int8', 'row_number rank dense_rank', 'same');
allow('window', 'int4', 'ntile', 'same');
allow('window', 'number', 'percent_rank cume_dist', 'same');
allow('window', 'argument', 'lag lead first_value last_value nth_value', 'same');

const duckdbNames = new Map([
  ['char_length', 'length'],
  ['character_length', 'length'],
  ['every', 'bool_and'],
  ['log', 'log10'],
  ['btrim', 'trim'],
  ['position', 'strpos'],
]);
for (const [name, duckdb] of duckdbNames) rules.set(name, { ...rules.get(name)!, duckdb });

export function functionRule(name: string): FunctionRule | null {
  return rules.get(name) ?? null;
}

/** Types a value may be cast to, by the name the parser gives them, with their names in DuckDB (null: refused there). */
export const CAST_TYPES: ReadonlyMap<string, { duckdb: string | null; number: NumberType | null }> = new Map([
  ['int2', { duckdb: 'SMALLINT', number: 'int4' }],
  ['int4', { duckdb: 'INTEGER', number: 'int4' }],
  ['int8', { duckdb: 'BIGINT', number: 'int8' }],
  ['float4', { duckdb: 'REAL', number: 'number' }],
  ['float8', { duckdb: 'DOUBLE', number: 'number' }],
  ['numeric', { duckdb: 'DECIMAL', number: 'number' }],
  ['bool', { duckdb: 'BOOLEAN', number: null }],
  ['text', { duckdb: 'VARCHAR', number: null }],
  ['varchar', { duckdb: 'VARCHAR', number: null }],
  ['bpchar', { duckdb: null, number: null }],
  ['date', { duckdb: 'DATE', number: null }],
  ['time', { duckdb: 'TIME', number: null }],
  ['timetz', { duckdb: null, number: null }],
  ['timestamp', { duckdb: 'TIMESTAMP', number: null }],
  ['timestamptz', { duckdb: 'TIMESTAMPTZ', number: null }],
  ['interval', { duckdb: 'INTERVAL', number: null }],
  ['uuid', { duckdb: 'UUID', number: null }],
  ['json', { duckdb: null, number: null }],
  ['jsonb', { duckdb: null, number: null }],
  ['bytea', { duckdb: null, number: null }],
]);

/** Operators of `pg_catalog` that only compute. */
export const OPERATORS: ReadonlySet<string> = new Set(
  '+ - * / % ^ || = <> != < > <= >= ~ ~* !~ !~* ~~ !~~ ~~* !~~* -> ->> #> #>> @> <@ ? ?| ?& && & | # << >>'.split(' '),
);
