import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    table: 'ledger_entries',
    what: 'who did what, when, from which address, in which session, under which decision, with what outcome and counts',
    about: 'person',
    why: 'so that the workspace can account for every act; all but action, outcome and time is sealed',
    howLong: 'as long as the workspace',
  },
  {
    table: 'ledger_heads',
    what: 'the position of the last audit entry',
    about: 'workspace',
    why: 'so that no position is left out or used twice',
    howLong: 'as long as the workspace',
  },
  {
    table: 'ledger_tiles',
    what: 'hashes of audit entries, and of those hashes',
    about: 'workspace',
    why: 'to prove that an entry is in the log and that nothing was changed',
    howLong: 'as long as the workspace',
  },
  {
    table: 'ledger_checkpoints',
    what: 'how long the audit log was at which time, and its root, signed',
    about: 'workspace',
    why: 'what proofs are checked against',
    howLong: 'as long as the workspace',
  },
  {
    table: 'ledger_cosignatures',
    what: 'which witness saw the audit log at which length, and when, signed by the witness',
    about: 'workspace',
    why: 'so that whoever trusts a witness can check that nobody rewrote the log, us included',
    howLong: 'as long as the workspace',
  },
];
