import {
  connectMariadb,
  connectPostgres,
  type Connector,
  describeAddress,
  describeMariadbAddress,
  parseMariadbUrl,
  parsePostgresUrl,
  type RefusedEndpoint,
} from '@strongroom/connectors';

export type OpenedDatabase = {
  readonly kind: 'postgres' | 'mariadb';
  /** Where it is, without credentials. */
  readonly location: string;
  readonly connector: Connector;
};

/**
 * The connector of a database by its URL, which is attacker-controlled and holds credentials; the scheme says which engine. Connects
 * nothing yet. `refused`: our own listeners. Throws `sources/bad_address`.
 */
export function openDatabase(url: string, refused: readonly RefusedEndpoint[]): OpenedDatabase {
  if (/^(mariadb|mysql):/.test(url)) {
    const address = parseMariadbUrl(url, { refused });
    return { kind: 'mariadb', location: describeMariadbAddress(address), connector: connectMariadb(address) };
  }
  const address = parsePostgresUrl(url, { refused });
  return { kind: 'postgres', location: describeAddress(address), connector: connectPostgres(address) };
}
