const NAMED_MAX = 5;

/** What became of which table, from two files as the server prints them; empty when they say the same. */
export function policyChanges(before: string, after: string): string {
  const [old, now] = [tablesIn(before), tablesIn(after)];
  const changes = [
    ...[...now].flatMap(([table, rules]) => {
      const earlier = old.get(table);
      if (earlier === undefined) return [`${table} added`];
      return earlier === rules ? [] : [`${table} changed`];
    }),
    ...[...old.keys()].filter((table) => !now.has(table)).map((table) => `${table} taken out`),
  ];
  const more = changes.length - NAMED_MAX;
  return [...changes.slice(0, NAMED_MAX), ...(more > 0 ? [`${more} more changed`] : [])].join(', ');
}

/** Names stand two spaces in, and what is said of them further in. */
function tablesIn(policy: string): Map<string, string> {
  const found = new Map<string, string>();
  let table: string | null = null;
  for (const line of policy.trimEnd().split('\n')) {
    const name = /^ {2}(\S.*?):(?: |$)/.exec(line)?.[1]?.replace(/^(['"])(.*)\1$/, '$2');
    if (name !== undefined) table = name;
    if (table !== null) found.set(table, `${found.get(table) ?? ''}${line}\n`);
  }
  return found;
}
