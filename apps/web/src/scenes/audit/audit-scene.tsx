import { Button, Group, Select, Skeleton, Table, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { LedgerEntry } from '@strongroom/protocol';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type LedgerFilter, listEntries } from '../../api/verbs.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { RecordTable } from '../../components/record-table.tsx';
import { Scene } from '../../components/scene.tsx';
import { moment, number } from '../../components/words.ts';
import classes from './audit.module.css';
import { EntryDrawer } from './entry-drawer.tsx';
import { OutcomeMark } from './outcome-mark.tsx';
import { StatusLine } from './status-line.tsx';

const PAGE = 50;
const OUTCOMES = [
  { value: '', label: 'Any outcome' },
  { value: 'begun', label: 'Begun' },
  { value: 'done', label: 'Done' },
  { value: 'refused', label: 'Refused' },
  { value: 'failed', label: 'Failed' },
];
const noFilter = { action: '', actor: '', resource: '', outcome: '' };

/** Who did what, when, from where and how it ended. Counts and names, never a row or a question. */
export function AuditScene() {
  const { entry } = useSearch({ from: '/inside/audit' });
  const navigate = useNavigate();
  const [filter, setFilter] = useState(noFilter);
  const [settled] = useDebouncedValue(filter, 250);
  const entries = useInfiniteQuery({
    queryKey: ['ledger', settled],
    queryFn: ({ pageParam, signal }) =>
      listEntries(
        { ...settled, limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) } satisfies LedgerFilter,
        { signal },
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
    staleTime: 5000,
    placeholderData: (previous) => previous,
  });
  const change = (part: Partial<typeof noFilter>): void => setFilter({ ...filter, ...part });
  const open = (id: string | undefined): void => void navigate({ to: '/audit', search: { entry: id }, replace: true });
  const all = entries.data?.pages.flatMap((page) => page.entries) ?? [];
  const filtered = Object.values(filter).some((value) => value !== '');
  return (
    <Scene
      title="Audit"
      says="Every sign-in, question, disclosure, query, refusal and change, in the order they happened."
      wide
      actions={
        <Button variant="default" loading={entries.isRefetching} onClick={() => void entries.refetch()}>
          Refresh
        </Button>
      }
    >
      <StatusLine />
      <Group gap="xs" mb="md" className={classes['filters'] ?? ''}>
        <TextInput
          aria-label="Action"
          placeholder="Action, like query.released"
          value={filter.action}
          onChange={(event) => change({ action: event.currentTarget.value })}
        />
        <TextInput
          aria-label="Who"
          placeholder="Who"
          value={filter.actor}
          onChange={(event) => change({ actor: event.currentTarget.value })}
        />
        <TextInput
          aria-label="On what"
          placeholder="On what"
          value={filter.resource}
          onChange={(event) => change({ resource: event.currentTarget.value })}
        />
        <Select
          aria-label="Outcome"
          data={OUTCOMES}
          value={filter.outcome}
          onChange={(outcome) => change({ outcome: outcome ?? '' })}
        />
        {filtered && (
          <Button variant="subtle" color="gray" onClick={() => setFilter(noFilter)}>
            Clear
          </Button>
        )}
      </Group>
      {entries.isPending && <Skeleton height={480} radius="md" />}
      {entries.isError && <ProblemNote problem={entries.error} onRetry={() => void entries.refetch()} />}
      {entries.isSuccess && all.length === 0 && (
        <EmptyState
          says={
            filtered ? 'No entry matches these filters.' : 'Entries appear here as soon as somebody does something.'
          }
        >
          {filtered && (
            <Button variant="default" onClick={() => setFilter(noFilter)}>
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

function EntryRow({ entry, onOpen }: { entry: LedgerEntry; onOpen: () => void }) {
  return (
    <Table.Tr className={classes['row'] ?? ''} data-outcome={entry.outcome} onClick={onOpen}>
      <Table.Td className={classes['position'] ?? ''}>{number(entry.position)}</Table.Td>
      <Table.Td className={classes['when'] ?? ''}>{moment(entry.at)}</Table.Td>
      <Table.Td className={classes['who'] ?? ''}>{entry.actor.name}</Table.Td>
      <Table.Td className={classes['actionCell'] ?? ''}>
        <button
          type="button"
          className={classes['action']}
          onClick={(event) => {
            event.stopPropagation();
            onOpen();
          }}
        >
          {entry.action}
        </button>
      </Table.Td>
      <Table.Td className={classes['resource'] ?? ''}>{entry.resource ?? '—'}</Table.Td>
      <Table.Td className={classes['outcomeCell'] ?? ''}>
        <OutcomeMark entry={entry} />
      </Table.Td>
      <Table.Td className={classes['from'] ?? ''}>{entry.address ?? '—'}</Table.Td>
    </Table.Tr>
  );
}
