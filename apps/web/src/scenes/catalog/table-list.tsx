import type { CatalogTable } from '@strongroom/protocol';
import { count } from '../../components/words.ts';
import classes from './catalog.module.css';

export function TableList({
  tables,
  chosen,
  onOpen,
}: {
  tables: readonly CatalogTable[];
  chosen: string | null;
  onOpen: (resource: string) => void;
}) {
  const groups = new Map<string, CatalogTable[]>();
  for (const table of tables) groups.set(table.source, [...(groups.get(table.source) ?? []), table]);
  return [...groups].map(([source, list]) => (
    <section key={source} aria-label={source}>
      <h2 className={classes['group']}>{source}</h2>
      <ul className={classes['items']}>
        {list.map((table) => (
          <li key={table.resource}>
            <button
              type="button"
              className={classes['item']}
              aria-current={chosen === table.resource}
              onClick={() => onOpen(table.resource)}
            >
              <strong>
                {table.schema === 'public' || table.schema === 'main' ? table.name : `${table.schema}.${table.name}`}
              </strong>
              <small>
                {count(table.columns.length, 'column')}
                {(table.description ?? table.comment) ? ` · ${table.description ?? table.comment}` : ''}
              </small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  ));
}
