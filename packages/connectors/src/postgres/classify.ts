import { ProblemError } from '@strongroom/protocol';
import { denied, failed, permission, resource, type, unavailable } from '../errors.ts';

// SQLSTATEs: appendix A of the PostgreSQL manual. The longest prefix that matches wins.
const BY_PREFIX: readonly (readonly [string, (internal: string) => ProblemError])[] = [
  ['42501', permission],
  ['25006', permission],
  ['42P01', denied],
  ['42703', denied],
  ['3F000', denied],
  ['42P02', denied],
  ['42804', type],
  ['42846', type],
  ['42883', type],
  ['42P18', type],
  ['42725', type],
  ['21000', type],
  ['22', type],
  ['53', resource],
  ['54', resource],
  ['58030', resource],
  ['08', unavailable],
  ['57P', unavailable],
  ['25P03', unavailable],
  [
    '28',
    () => new ProblemError('sources/credentials_refused', 422, 'the source refused the user name or the password'),
  ],
  ['3D000', () => new ProblemError('sources/unknown_database', 422, 'the source has no database of that name')],
];

/** `57014` and `25P04` (cancelled, out of time) are told apart by whoever asked for it. */
export const isCancelState = (sqlState: string) => sqlState === '57014' || sqlState === '25P04';

export function classifySqlState(sqlState: string): ProblemError {
  const match = BY_PREFIX.find(([prefix]) => sqlState.startsWith(prefix));
  return (match?.[1] ?? failed)(`SQLSTATE ${sqlState}`);
}
