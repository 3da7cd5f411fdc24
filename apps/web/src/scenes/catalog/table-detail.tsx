import { ActionIcon, Badge, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { CatalogColumn, CatalogTable } from '@strongroom/protocol';
import { IconArrowLeft, IconKey, IconLink, IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { tableQuery, useMay } from '../../api/queries.ts';
import { ButtonLink } from '../../components/button-link.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { count } from '../../components/words.ts';
import { changeDraft } from '../ask/this-tab.ts';
import { Annotate } from './annotate.tsx';
import classes from './catalog.module.css';
import { Popularity } from './popularity.tsx';

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
  /** Resource of what is being described; one at a time. */
  const [editing, setEditing] = useState<string | null>(null);
  const change = (resource: string, named: string) =>
    mayDescribe && editing !== resource ? (
      <ActionIcon aria-label={`Describe ${named}`} onClick={() => setEditing(resource)}>
        <IconPencil size={16} />
      </ActionIcon>
    ) : (
      <span />
    );
  const words = (resource: string, named: string, entry: CatalogTable | CatalogColumn) =>
    editing === resource ? (
      <Annotate resource={resource} named={named} now={entry} onDone={() => setEditing(null)} />
    ) : (
      <Words entry={entry} />
    );
  return (
    <>
      <section className={classes['panel']} aria-label={table.name}>
        <Group justify="space-between" align="flex-start" gap="md" wrap="nowrap" mb="sm">
          <div className={classes['what']}>
            <h2 className={classes['heading']}>{table.name}</h2>
            <Text c="dimmed">
              {table.kind} in {table.source} · schema {table.schema} · {count(table.columns.length, 'column')}
            </Text>
          </div>
          <Group gap="xs" wrap="nowrap">
            <ButtonLink to="/ask" size="xs" variant="default" onClick={() => changeDraft({ source: table.source })}>
              Ask about it
            </ButtonLink>
            {change(table.resource, table.name)}
          </Group>
        </Group>
        {words(table.resource, table.name, table)}
        <Keys table={table} />
      </section>
      <ul className={classes['columns']} aria-label="Columns">
        {table.columns.map((column) => {
          const resource = `${table.resource}.${column.name}`;
          return (
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
              {words(resource, column.name, column)}
              {change(resource, column.name)}
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** What people wrote about it, the source's own comment when nobody has, and how often it is queried. */
function Words({ entry }: { entry: CatalogTable | CatalogColumn }) {
  const words = entry.description ?? entry.comment;
  const { glossary = [], popularity = 0 } = entry;
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
      {glossary.length > 0 && (
        <dl className={classes['terms']} aria-label="Terms">
          {glossary.map((term) => (
            <div key={term.name}>
              <dt>{term.name}</dt>
              <dd>{term.definition}</dd>
            </div>
          ))}
        </dl>
      )}
      {(entry.owner !== null || popularity > 0) && (
        <Group gap="md" mt={4}>
          {entry.owner !== null && (
            <Text size="xs" c="dimmed">
              owned by {entry.owner}
            </Text>
          )}
          <Popularity level={popularity} />
        </Group>
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
