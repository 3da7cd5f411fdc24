import { people } from './fake-data.ts';
import type { Route } from './fake-server.ts';

/** An answer that is a problem document. */
export class Refused {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly members: Record<string, unknown>;

  constructor(status: number, code: string, title: string, members: Record<string, unknown> = {}) {
    this.status = status;
    this.code = code;
    this.title = title;
    this.members = members;
  }
}

const WAREHOUSE = `source: warehouse
tables:
  public.orders:
    grant:
      - team:finance
      - person:li.wei@example.com
    columns:
      deny:
        - margin
      mask:
        customer_email: partial
        customer_id: pseudonym
        note: null
    filter: region = {{user.attributes.region}} and not internal
  public.regions:
    grant:
      - everyone
`;

/** Policies of the sources, and the switch, in memory: enough to look at what the server says of them. */
export function policyRoutes(): Record<string, Route> {
  const policies = new Map([['warehouse', WAREHOUSE]]);
  const access = { runSql: true };
  const assistant = { holdLiterals: false };
  const wrongIn = (text: string): Refused | null => {
    const line = text.split('\n').findIndex((one) => one.includes('nobody')) + 1;
    return line === 0
      ? null
      : new Refused(422, 'access/bad_policy', `line ${line} of the policy: there is nobody called team:nobody`, {
          line,
        });
  };
  return {
    'GET settings/assistant': () => assistant,
    'PUT settings/assistant': ({ body }) => Object.assign(assistant, body),
    'GET settings/access': () => access,
    'PUT settings/access': ({ body }) => Object.assign(access, body),
    'PUT people/': ({ body, parts }) => {
      const person = people.find(({ id }) => id === parts[1]);
      return person === undefined ? undefined : Object.assign(person, body);
    },
    'GET policies/': ({ parts }) => {
      const source = parts[1] ?? '';
      return { source, policy: policies.get(source) ?? null };
    },
    'DELETE policies/': ({ parts }) => {
      policies.delete(parts[1] ?? '');
      return {};
    },
    'POST policies:apply': ({ body }) => {
      const { policy } = body as { policy: string };
      const source = /^source: (\S+)/m.exec(policy)?.[1] ?? '';
      const kept = policy.replace(/^ *#.*\n/gm, '');
      const wrong = wrongIn(policy);
      if (wrong === null) policies.set(source, kept);
      return wrong ?? { source, tables: (kept.match(/^ {2}\S/gm) ?? []).length };
    },
    'POST policies:check': ({ body }) => {
      const { policy, as, sql } = body as Record<'policy' | 'as' | 'sql', string>;
      if (/secret/.test(sql))
        return new Refused(403, 'query/denied', 'no such source, table or column, or none that you may see');
      return (
        wrongIn(policy) ?? {
          source: 'warehouse',
          as,
          sql: {
            asked: sql,
            run: "SELECT id, customer_email, amount FROM (SELECT id, CASE WHEN strpos(customer_email, '@') > 1 THEN left(customer_email, 1) || '***' || substr(customer_email, strpos(customer_email, '@')) ELSE '***' END AS customer_email, amount FROM public.orders WHERE region = 'north' AND NOT internal OFFSET 0) AS orders LIMIT 1001",
          },
          rules: [
            '`*` written out as the columns you may see',
            'rows of public.orders filtered by its policy',
            'public.orders.customer_email masked (partial)',
            'at most 1,000 rows',
          ],
          filtered: true,
          columns: ['id', 'customer_email', 'amount'],
        }
      );
    },
  };
}
