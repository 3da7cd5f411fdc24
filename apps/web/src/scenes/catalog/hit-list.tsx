import { Skeleton, Text } from '@mantine/core';
import type { CatalogHit } from '@strongroom/protocol';
import classes from './catalog.module.css';

/** Search results, best first; a column leads to its table. */
export function HitList({
  hits,
  words,
  chosen,
  onOpen,
}: {
  hits: readonly CatalogHit[] | null;
  words: string;
  chosen: string | null;
  onOpen: (resource: string) => void;
}) {
  if (hits === null) return <Skeleton height={160} />;
  if (hits.length === 0)
    return (
      <Text c="dimmed" px={8}>
        Nothing you may see matches “{words}”. Try a shorter word.
      </Text>
    );
  return (
    <ul className={classes['items']} aria-label="Search results">
      {hits.map((hit) => {
        const table = tableOf(hit);
        return (
          <li key={hit.resource}>
            <button
              type="button"
              className={classes['item']}
              aria-current={chosen === table}
              onClick={() => onOpen(table)}
            >
              <strong>{hit.column ?? hit.table}</strong>
              <small>
                {hit.column === null
                  ? `table in ${hit.source}`
                  : `${hit.type ?? 'column'} in ${hit.source} · ${hit.table}`}
                {hit.description === null ? '' : ` · ${hit.description}`}
              </small>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function tableOf(hit: CatalogHit): string {
  return hit.column === null ? hit.resource : hit.resource.slice(0, hit.resource.length - hit.column.length - 1);
}
