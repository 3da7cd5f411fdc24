/** The closed set of codes of this package, with the status each travels as. */
export const REFUSALS = {
  'query/syntax': 400,
  'query/not_one_statement': 400,
  'query/not_select': 400,
  'query/not_allowed': 400,
  'query/denied': 403,
  'query/too_large': 413,
  'query/too_deep': 400,
  'query/too_complex': 400,
  'query/unprintable': 400,
  'query/not_supported_here': 400,
  'query/policy_broken': 409,
  'query/held_value_unfit': 400,
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** A refusal as plain data: it crosses from the worker thread, where no class survives. Holds no SQL text. */
export type RefusalData = { code: RefusalCode; message: string; members: Record<string, unknown> };

/** Thrown inside the check; leaves the package as a `ProblemError`. */
export class Refusal extends Error {
  readonly data: RefusalData;

  constructor(code: RefusalCode, message: string, members: Record<string, unknown> = {}) {
    super(message);
    this.name = 'Refusal';
    this.data = { code, message, members };
  }
}

/** `position`: 1-based, in characters of the statement. */
export function syntax(position: number): Refusal {
  return new Refusal('query/syntax', `the statement is not valid SQL near character ${position}`, { position });
}

export function notOneStatement(): Refusal {
  return new Refusal('query/not_one_statement', 'exactly one statement can be run');
}

export function notSelect(): Refusal {
  return new Refusal('query/not_select', 'only a SELECT can be run');
}

/** `construct` names a keyword, node or function; never a value of the statement. */
export function notAllowed(construct: string): Refusal {
  return new Refusal('query/not_allowed', `\`${construct}\` is not allowed here`, { construct });
}

/** INVARIANT: the same for what is hidden and what does not exist, word for word as of a source; it names neither. */
export function denied(): Refusal {
  return new Refusal('query/denied', 'no such source, table or column, or none that you may see');
}

export function tooLarge(bytesMax: number): Refusal {
  return new Refusal('query/too_large', `the statement is longer than ${bytesMax} bytes`, { bytesMax });
}

export function tooDeep(depthMax: number): Refusal {
  return new Refusal('query/too_deep', `the statement is nested deeper than ${depthMax} levels`, { depthMax });
}

const LIMITS = {
  nodes: 'names, values and operations in one statement',
  relations: 'tables and sub-queries in one statement, each query of WITH counted where it is named',
  ctes: 'queries of WITH in one statement',
  setOperations: 'UNION, INTERSECT and EXCEPT in one statement',
  joinDepth: 'joins in one another',
  listItems: 'values in the lists of one statement',
  sortEntries: 'entries of GROUP BY, DISTINCT ON and ORDER BY in one statement',
  outputColumns: 'columns in one result',
  targets: 'output columns in one statement',
  fromColumns: 'columns of the tables and sub-queries in one statement',
  columnNames: 'uses of columns in one statement',
} as const;

export type Limit = keyof typeof LIMITS;

/** `limit` is how much of what one statement may have. */
export function tooComplex(limit: Limit, most: number): Refusal {
  return new Refusal('query/too_complex', `at most ${most.toLocaleString('en-US')} ${LIMITS[limit]}`, { limit, most });
}

/** It took too long, or broke the checker. */
export function notCheckable(): Refusal {
  return new Refusal('query/too_complex', 'the statement is too complex to be checked');
}

export function unprintable(): Refusal {
  return new Refusal('query/unprintable', 'the statement could not be written back exactly as it was understood');
}

/** The policy of a source names what its tables do not have any more: whoever wrote it must look at it again. */
export function policyBroken(): Refusal {
  return new Refusal(
    'query/policy_broken',
    'the policy of this source does not fit its tables any more; tell its admin',
  );
}

/** INVARIANT: the same for every value and place: it is not for whoever wrote the statement to hear. */
export function heldValueUnfit(): Refusal {
  return new Refusal(
    'query/held_value_unfit',
    'a value that was held back can not stand where the statement has it; ask in other words',
  );
}

export function notSupportedHere(construct: string): Refusal {
  return new Refusal('query/not_supported_here', `\`${construct}\` is not supported by this source`, { construct });
}
