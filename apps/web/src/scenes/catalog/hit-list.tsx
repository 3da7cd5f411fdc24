import { Skeleton, Text } from '@mantine/core';
import type { CatalogAnswer, CatalogHit } from '@strongroom/protocol';
import { Link } from '@tanstack/react-router';
import classes from './catalog.module.css';
import { popularityWords } from './popularity.tsx';

/** Search results, best first: terms, then tables and columns; a column leads to its table. */
export function HitList({
  found,
  words,
  chosen,
  onOpen,
}: {
  found: CatalogAnswer | null;
  words: string;
  chosen: string | null;
  onOpen: (resource: string) => void;
}) {
  if (found === null) return <Skeleton height={160} />;
  const { hits, terms } = found;
  if (hits.length + terms.length === 0)
    return (
      <Text c="dimmed" px={8}>
        Nothing you may see matches “{words}”. Try a shorter word.
      </Text>
    );
  return (
    <>
      {terms.length > 0 && (
        <ul className={classes['items']} aria-label="Terms found">
          {terms.map((term) => (
            <li key={term.id}>
              <Link to="/catalog/glossary" hash={term.id} className={classes['item'] ?? ''}>
                <strong>{term.name}</strong>
                <small>term · {term.definition}</small>
              </Link>
            </li>
          ))}
        </ul>
      )}
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
                <small>{factsOf(hit)}</small>
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function factsOf(hit: CatalogHit): string {
  const facts = [
    hit.column === null ? `table in ${hit.source}` : `${hit.type ?? 'column'} in ${hit.source} · ${hit.table}`,
    hit.description,
    hit.glossary.join(', '),
    hit.tags.join(', '),
    hit.owner,
    popularityWords(hit.popularity),
  ];
  return facts.filter((fact) => fact !== null && fact !== '').join(' · ');
}

function tableOf(hit: CatalogHit): string {
  return hit.column === null ? hit.resource : hit.resource.slice(0, hit.resource.length - hit.column.length - 1);
}
