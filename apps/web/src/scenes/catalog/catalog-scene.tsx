import { Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { tablesQuery } from '../../api/queries.ts';
import { searchCatalog } from '../../api/verbs.ts';
import { ButtonLink } from '../../components/button-link.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Scene } from '../../components/scene.tsx';
import classes from './catalog.module.css';
import { CatalogTabs } from './catalog-tabs.tsx';
import { HitList } from './hit-list.tsx';
import { TableDetail } from './table-detail.tsx';
import { TableList } from './table-list.tsx';

/** Names, types, keys and what people wrote about them. Never a value. */
export function CatalogScene() {
  const { words: searched = '', table } = useSearch({ from: '/inside/catalog' });
  const navigate = useNavigate();
  const [words, setWords] = useState(searched);
  const [settled] = useDebouncedValue(words.trim(), 200);
  const tables = useQuery(tablesQuery);
  const hits = useQuery({
    queryKey: ['catalog-search', settled],
    queryFn: ({ signal }) => searchCatalog(settled, { signal }),
    enabled: settled !== '',
    placeholderData: (previous) => previous,
  });

  useEffect(() => {
    if (settled !== searched)
      void navigate({ to: '/catalog', search: { words: settled === '' ? undefined : settled, table }, replace: true });
  }, [settled, searched, table, navigate]);

  const open = (resource: string): void =>
    void navigate({ to: '/catalog', search: { words: settled === '' ? undefined : settled, table: resource } });
  const chosen = table ?? null;

  return (
    <Scene title="Catalog" says="What there is to ask about: names, types, keys and descriptions, never a value." wide>
      <CatalogTabs />
      <div className={classes['panes']} data-chosen={chosen !== null}>
        <div className={classes['list']}>
          <TextInput
            aria-label="Search the catalog"
            placeholder="Search names, words, tags, owners"
            leftSection={<IconSearch size={16} />}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
            mb="sm"
          />
          {tables.isPending && (
            <Stack gap={8}>
              {[1, 2, 3, 4, 5].map((key) => (
                <Skeleton key={key} height={44} />
              ))}
            </Stack>
          )}
          {tables.isError && <ProblemNote problem={tables.error} onRetry={() => void tables.refetch()} />}
          {hits.isError && settled !== '' && <ProblemNote problem={hits.error} onRetry={() => void hits.refetch()} />}
          {tables.data?.length === 0 && (
            <EmptyState says="Tables appear here as soon as a source is connected.">
              <ButtonLink to="/sources">Go to Sources</ButtonLink>
            </EmptyState>
          )}
          {settled === '' ? (
            <TableList tables={tables.data ?? []} chosen={chosen} onOpen={open} />
          ) : (
            <HitList found={hits.data ?? null} words={settled} chosen={chosen} onOpen={open} />
          )}
        </div>
        <div className={classes['detail']}>
          {chosen !== null ? (
            <TableDetail
              key={chosen}
              resource={chosen}
              onBack={() => void navigate({ to: '/catalog', search: { words: settled === '' ? undefined : settled } })}
            />
          ) : (
            (tables.data?.length ?? 0) > 0 && (
              <Text c="dimmed" className={classes['hint'] ?? ''}>
                Choose a table to see its columns and describe them. Good descriptions make better answers.
              </Text>
            )
          )}
        </div>
      </div>
    </Scene>
  );
}
