import { Badge, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { CatalogColumn, CatalogTable } from '@strongroom/protocol';
import { IconArrowLeft, IconKey, IconLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { tableQuery, useMay } from '../../api/queries.ts';
import { ButtonLink } from '../../components/button-link.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { count } from '../../components/words.ts';
import { changeDraft } from '../ask/this-tab.ts';
import { Annotate } from './annotate.tsx';
import classes from './catalog.module.css';

export function TableDetail({ resource, onBack }: { resource: string; onBack: () => void }) {
  const table = useQuery(tableQuery(resource));
  const mayDescribe = useMay('catalog.describe');
  return (
    <>
      <Button
        className={classes['back'] ?? ''}
        variant="subtle"
        color="gray"
        size="xs"
        leftSection={<IconArrowLeft size={14} />}
        onClick={onBack}
        mb="xs"
      >
        All tables
      </Button>
      {table.isPending && (
        <Stack>
          <Skeleton height={144} radius="md" />
          <Skeleton height={320} radius="md" />
        </Stack>
      )}
      {table.isError && <ProblemNote problem={table.error} onRetry={() => void table.refetch()} />}
      {table.data !== undefined && <Detail table={table.data} mayDescribe={mayDescribe} />}
    </>
  );
}

function Detail({ table, mayDescribe }: { table: CatalogTable; mayDescribe: boolean }) {
  return (
    <>
      <section className={classes['panel']} aria-label={table.name}>
        <Group justify="space-between" align="flex-start" gap="md" wrap="nowrap" mb="sm">
          <div className={classes['what']}>
            <h2 className={classes['heading']}>{table.name}</h2>
            <Text c="dimmed">
              {table.kind} in {table.source} · schema {table.schema} · {count(table.columns.length, 'column')}
              {table.owner === null ? '' : ` · owned by ${table.owner}`}
            </Text>
          </div>
          <Group gap="xs" wrap="nowrap">
            <ButtonLink to="/ask" size="xs" variant="default" onClick={() => changeDraft({ source: table.source })}>
              Ask about it
            </ButtonLink>
            {mayDescribe && <Annotate resource={table.resource} named={table.name} now={table} withOwner />}
          </Group>
        </Group>
        <Words entry={table} />
        <Keys table={table} />
      </section>
      <ul className={classes['columns']} aria-label="Columns">
        {table.columns.map((column) => (
          <li key={column.name} className={classes['column']}>
            <div>
              <span className={classes['columnName']}>{column.name}</span>
              {column.isKey && (
                <span className={classes['key']}>
                  <IconKey size={12} aria-hidden />
                  key
                </span>
              )}
              <div className={classes['type']}>
                {column.type}
                {column.nullable ? ', may be empty' : ''}
              </div>
            </div>
            <Words entry={column} />
            {mayDescribe ? (
              <Annotate resource={`${table.resource}.${column.name}`} named={column.name} now={column} />
            ) : (
              <span />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What people wrote about it; the source's own comment when nobody has. */
function Words({ entry }: { entry: CatalogTable | CatalogColumn }) {
  const words = entry.description ?? entry.comment;
  return (
    <div>
      <Text {...(words === null ? { c: 'dimmed' } : {})}>{words ?? 'Not described yet'}</Text>
      {entry.tags.length > 0 && (
        <div className={classes['tags']}>
          {entry.tags.map((tag) => (
            <Badge key={tag} color="gray">
              {tag}
            </Badge>
          ))}
        </div>
      )}
    </div>
  );
}

function Keys({ table }: { table: CatalogTable }) {
  if (table.foreignKeys.length === 0) return null;
  return (
    <Stack gap={4} mt="sm">
      {table.foreignKeys.map((key) => (
        <Text key={key.columns.join()} size="xs" c="dimmed">
          <IconLink size={12} aria-hidden /> {key.columns.join(', ')} leads to {key.references.table}.
          {key.references.columns.join(', ')}
        </Text>
      ))}
    </Stack>
  );
}
