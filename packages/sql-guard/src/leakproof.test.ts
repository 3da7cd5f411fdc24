import { everyPostgres, startPostgres } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { LEAKPROOF_TYPES } from './push-down.ts';

test.each(await everyPostgres())(
  'the comparisons that are asked below the barrier are those that PostgreSQL $version calls leakproof',
  async (binaries) => {
    await using postgres = await startPostgres({ binaries });
    const client = await postgres.connect(postgres.superuser);
    try {
      const { rows } = await client.query<{ type: string; leakproof: boolean }>(`
      select format_type(o.oprleft, null) as type, bool_and(p.proleakproof) as leakproof
      from pg_operator o join pg_proc p on p.oid = o.oprcode
      where o.oprname in ('=', '<>', '<', '<=', '>', '>=')
        and (o.oprleft = o.oprright or (o.oprleft in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
          and o.oprright in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)))
      group by o.oprleft`);
      const leakproof = new Map(rows.map((row) => [row.type, row.leakproof]));
      // Compared as text, after a conversion that changes no byte.
      for (const type of LEAKPROOF_TYPES)
        if (type !== 'character varying') expect([type, leakproof.get(type)]).toEqual([type, true]);
      expect(leakproof.get('numeric')).toBe(false);
    } finally {
      await client.end();
    }
  },
);
