type Refusal = { code: string; status: number };

const BY_CODE: Readonly<Record<string, string>> = {
  'query/denied': 'Look it up in the Catalog, or ask an admin for access to the source.',
  'query/run_sql_off': 'Ask an admin to turn it on again in Settings.',
  'query/rights_changed': 'You get what you may see now.',
  'query/lease_lapsed': 'Rows are shown only while the server hears of this tab.',
  'query/too_many_leases': 'Close a tab that shows an answer, or stop a program of yours that asks.',
  'query/policy_broken': 'An admin mends it on the page of the source.',
  'query/person_unknown': 'They may have been removed. Pick somebody else.',
  'access/bad_policy': 'Mend that line, then try again.',
  'run/timeout': 'Ask for less: add a filter, a shorter period or a smaller group.',
  'run/permission': 'The source’s own role may not read this. Ask the person who owns the source.',
  'run/type': 'Compare the types of the columns in the Catalog, then change the question.',
  'run/unavailable': 'See under Sources whether it can be reached, then ask again.',
  'run/too_much_memory': 'Ask for fewer groups or columns, or add a filter.',
  'assistant/not_sure': 'Use the name of a table or a column, as the Catalog shows them.',
  'sources/name_taken': 'Choose another name.',
  'sources/bad_address': 'It looks like postgres://user:password@host:5432/database.',
  'sources/too_old': 'Upgrade the database, or connect a newer one.',
  'identity/link_used': 'Ask for a new link; each works once, for ten minutes.',
  'lifecycle/nothing_to_certify': 'What was there is gone all the same.',
  'ledger/too_many_tails': 'Turn off Live in another tab, or stop a script that follows the log.',
  'web/unreachable': 'Check that Strongroom is still running, then try again.',
  'web/broken_off': 'Ask again; nothing was changed.',
  'web/unreadable_answer': 'Reload the page. If it happens again, tell an admin.',
};

/** What a person can do about a refusal. By code first, then by status, so that there always is something. */
export function adviceFor({ code, status }: Refusal): string {
  const exact = BY_CODE[code];
  if (exact !== undefined) return exact;
  const noun = code.split('/')[0] ?? '';
  if (noun === 'egress' || noun === 'model') return 'Check the model endpoint in Settings, or write the SQL yourself.';
  if (noun === 'guard' || (noun === 'query' && status === 400))
    return 'Write it as one SELECT over the tables of the Catalog.';
  if (status === 401) return 'Sign in again.';
  if (status === 403) return 'Ask an admin for the right to do this.';
  if (status === 404) return 'It may have been removed. Go back to the list.';
  if (status === 409) return 'Reload to see how it is now.';
  if (status === 410) return 'Get a new one and try again.';
  if (status === 413) return 'Send something smaller.';
  if (status === 429) return 'Wait a minute, then try again.';
  if (status >= 500) return 'Try again. If it happens again, tell an admin.';
  return 'Change what you wrote and try again.';
}
