import { ProblemError } from '@strongroom/protocol';
import { denied, failed, permission, resource, type, unavailable } from '../errors.ts';

// Error numbers: MariaDB's list of error codes.
const credentials = () =>
  new ProblemError('sources/credentials_refused', 422, 'the source refused the user name or the password');
const database = () => new ProblemError('sources/unknown_database', 422, 'the source has no database of that name');
const BY_NUMBER: ReadonlyMap<number, (internal: string) => ProblemError> = new Map([
  // A table that is not there, a column that is not there, and those that the role may not read.
  ...[1044, 1054, 1142, 1143, 1146, 1109, 1370].map((number) => [number, denied] as const),
  ...[1227, 1290, 1792, 1836, 1568, 1179].map((number) => [number, permission] as const),
  ...[
    1264, 1292, 1300, 1365, 1366, 1406, 1411, 1441, 1525, 1582, 1690, 1265, 1242, 1367, 1916, 1918, 1977, 4078, 1267,
    1270, 1271,
  ].map((number) => [number, type] as const),
  ...[1037, 1038, 1021, 1041, 1114, 1135, 1203, 1206, 1226, 1260, 1301, 3024].map(
    (number) => [number, resource] as const,
  ),
  ...[1040, 1053, 1129, 1130, 1080, 1152, 1158, 1159, 1160, 1161, 1927].map((number) => [number, unavailable] as const),
  ...[1045, 1698, 1251, 1862, 1820, 4151].map((number) => [number, credentials] as const),
  [1049, database],
]);

/** 1317: cancelled; 1969: beyond max_statement_time. Told apart by whoever asked for it. */
export const isCancelNumber = (number: number) => number === 1317 || number === 1969;

export function classifyNumber(number: number): ProblemError {
  return (BY_NUMBER.get(number) ?? failed)(`error ${number}`);
}

/**
 * What MariaDB only warns of, and PostgreSQL refuses: a value that did not fit and became another, a division by zero that became
 * NULL, a text that was cut. null for what is but advice.
 */
export function classifyWarning(level: string, number: number): ProblemError | null {
  // Of a cast of a number that is too large, which becomes a negative one, MariaDB only notes that "something" happened.
  if (number === SOMETHING) return type(`error ${number}`);
  if (level === 'Note') return null;
  const isCut = number === CUT_BY_GROUP_CONCAT || number === LARGER_THAN_A_PACKET;
  return BY_NUMBER.get(number) === type || isCut ? classifyNumber(number) : null;
}

const SOMETHING = 1105;
const CUT_BY_GROUP_CONCAT = 1260;
const LARGER_THAN_A_PACKET = 1301;
