import { Button, Group, Skeleton, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconBroadcast } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { listEntries } from '../../api/verbs.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { RecordTable } from '../../components/record-table.tsx';
import { Scene } from '../../components/scene.tsx';
import { AuditTabs } from './audit-tabs.tsx';
import { EntryDrawer } from './entry-drawer.tsx';
import { EntryFilters, filterOf, isFiltered, noFilter, timesOf } from './entry-filters.tsx';
import { EntryRow } from './entry-row.tsx';
import { useLiveEntries } from './use-live-entries.ts';
import { StatusLine } from './status-line.tsx';

const PAGE = 50;
/** So many that came live are kept beside the list before it is read again. */
const LIVE_MAX = 500;

/** Who did what, when, from where and how it ended. Counts and names, never a row or a question. */
export function AuditScene() {
  const { entry } = useSearch({ from: '/inside/audit' });
  const navigate = useNavigate();
  const [text, setText] = useState(noFilter);
  const [settled] = useDebouncedValue(text, 250);
  const [follow, setFollow] = useState(false);
  const filter = useMemo(() => filterOf(settled), [settled]);
  const times = useMemo(() => timesOf(settled), [settled]);
  const entries = useInfiniteQuery({
    queryKey: ['ledger', filter, times],
    queryFn: ({ pageParam, signal }) =>
      listEntries(
        { ...filter, ...times, limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) },
        { signal },
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
    staleTime: 5000,
    placeholderData: (previous) => previous,
  });
  const listed = entries.data?.pages.flatMap((page) => page.entries) ?? [];
  const isThere = entries.isSuccess && !entries.isPlaceholderData;
  // What ends at a time has nothing to follow.
  const mayFollow = times.to === '';
  const live = useLiveEntries(filter, listed[0]?.position ?? 0, follow && mayFollow && isThere);
  const { isFetching, refetch } = entries;
  const tooMany = live.entries.length > LIVE_MAX;
  useEffect(() => {
    if (tooMany && !isFetching) void refetch();
  }, [tooMany, isFetching, refetch]);
  const all = [...live.entries.filter(({ at }) => at >= times.from), ...listed];
  const open = (id: string | undefined): void => void navigate({ to: '/audit', search: { entry: id }, replace: true });
  const filtered = isFiltered(text);
  return (
    <Scene
      title="Audit"
      says="Every sign-in, question, disclosure, query, refusal and change, in the order they happened."
      wide
      actions={
        <>
          {live.state !== 'off' && live.problem === null && (
            <Text c="dimmed" role="status">
              {live.state === 'following' ? 'New entries appear as they are written' : 'Broken off; trying again'}
            </Text>
          )}
          <Button
            variant={follow ? 'light' : 'default'}
            aria-pressed={follow}
            disabled={!mayFollow}
            leftSection={<IconBroadcast size={16} aria-hidden />}
            onClick={() => setFollow(!follow)}
          >
            Live
          </Button>
          <Button variant="default" loading={entries.isRefetching} onClick={() => void entries.refetch()}>
            Refresh
          </Button>
        </>
      }
    >
      <AuditTabs />
      <StatusLine />
      <EntryFilters text={text} settled={settled} onChange={setText} />
      <ProblemNote problem={live.problem} />
      {entries.isPending && <Skeleton height={480} radius="md" />}
      {entries.isError && <ProblemNote problem={entries.error} onRetry={() => void entries.refetch()} />}
      {entries.isSuccess && all.length === 0 && (
        <EmptyState
          says={
            filtered ? 'No entry matches these filters.' : 'Entries appear here as soon as somebody does something.'
          }
        >
          {filtered && (
            <Button variant="default" onClick={() => setText(noFilter)}>
              Clear the filters
            </Button>
          )}
        </EmptyState>
      )}
      {all.length > 0 && (
        <RecordTable label="Audit entries" heads={['No.', 'When', 'Who', 'Action', 'On what', 'Outcome', 'From']}>
          {all.map((item) => (
            <EntryRow key={item.id} entry={item} onOpen={() => open(item.id)} />
          ))}
        </RecordTable>
      )}
      {entries.hasNextPage && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
            Older entries
          </Button>
        </Group>
      )}
      <EntryDrawer id={entry ?? null} onClose={() => open(undefined)} />
    </Scene>
  );
}
