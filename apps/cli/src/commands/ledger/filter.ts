/** Options that say which entries, named as the parameters of the server. */
export type LedgerFilter = {
  from?: string;
  to?: string;
  action?: string;
  actor?: string;
  session?: string;
  address?: string;
  requestId?: string;
  resource?: string;
  allowed?: string;
  reason?: string;
  outcome?: string;
};

/** Of what is given, as the query of an address; empty when nothing is. */
export function queryOf(options: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(options).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
