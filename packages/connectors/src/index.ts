export type { Connector, Rights, RowStream, RunCompletion, RunLimits } from './contract.ts';
export { describeMariadbAddress, type MariadbAddress, parseMariadbUrl } from './mariadb/address.ts';
export { connectMariadb } from './mariadb/index.ts';
export {
  type PostgresAddress,
  type RefusedEndpoint,
  type TlsMode,
  describeAddress,
  socketAddress,
} from './postgres/address.ts';
export { type PostgresOptions, connectPostgres } from './postgres/index.ts';
export { parsePostgresUrl } from './postgres/parse-url.ts';
export { rowsFromArrow } from './rows-from-arrow.ts';
export { type FileData, type FileOptions, type FilePreviewed, openFile, previewFile } from './duckdb/index.ts';
export type { FileBytes } from './duckdb/engine.ts';
export type { FileFormat } from './duckdb/messages.ts';
