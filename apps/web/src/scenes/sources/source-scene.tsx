import { Anchor, Button, Group, Skeleton, Text } from '@mantine/core';
import type { Source } from '@strongroom/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { sourceQuery } from '../../api/queries.ts';
import { refreshSource } from '../../api/verbs.ts';
import { ButtonLink } from '../../components/button-link.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Scene } from '../../components/scene.tsx';
import { ago, count, day, sentence } from '../../components/words.ts';
import { changeDraft } from '../ask/this-tab.ts';
import { Grants } from './grants.tsx';
import { Leave } from './leave.tsx';
import { PolicyPanel } from './policy/policy-panel.tsx';
import { Status, Warning } from './source-card.tsx';
import classes from './sources.module.css';

export function SourceScene() {
  const { source: name } = useParams({ from: '/inside/sources/$source' });
  const source = useQuery(sourceQuery(name));
  return (
    <Scene
      title={name}
      above={
        <Anchor component={Link} to="/sources" size="sm">
          All sources
        </Anchor>
      }
      actions={
        source.data?.mayQuery === true && (
          <ButtonLink to="/ask" onClick={() => changeDraft({ source: name })}>
            Ask about it
          </ButtonLink>
        )
      }
    >
      {source.isPending && <Skeleton height={240} radius="md" />}
      {source.isError && <ProblemNote problem={source.error} onRetry={() => void source.refetch()} />}
      {source.data !== undefined && <Detail source={source.data} />}
    </Scene>
  );
}

function Detail({ source }: { source: Source }) {
  const client = useQueryClient();
  const changed = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['sources'] }),
      client.invalidateQueries({ queryKey: ['tables'] }),
    ]);
  const refresh = useMutation({ mutationFn: () => refreshSource(source.name), onSuccess: changed });
  return (
    <>
      {source.warnings.length > 0 && (
        <section className={classes['panel']} data-tone="warn" aria-label="Warnings">
          <h2>Its role can do more than read</h2>
          <Text mb="xs">
            Strongroom never uses these rights, but a role without them is safer. Take them away in the database, then
            read the names again.
          </Text>
          {source.warnings.map((warning) => (
            <Warning key={warning} text={sentence(warning)} />
          ))}
        </section>
      )}
      <section className={classes['panel']} aria-label="What it is">
        <Group justify="space-between" gap="md">
          <div>
            <Status source={source} />
            <Text mt={4}>{source.location}</Text>
            <Text c="dimmed" mt={4}>
              {count(source.tables, 'table')} · names read {ago(source.refreshedAt)} · added {day(source.createdAt)} by{' '}
              {source.owner}
            </Text>
          </div>
          <Group gap="xs">
            <ButtonLink to="/catalog" search={{ words: source.name }} variant="default">
              See its tables
            </ButtonLink>
            {source.mayManage && (
              <Button variant="default" loading={refresh.isPending} onClick={() => refresh.mutate()}>
                Read the names again
              </Button>
            )}
          </Group>
        </Group>
        <ProblemNote problem={refresh.error} />
      </section>
      {source.mayManage && <Grants source={source} />}
      {source.mayManage && <PolicyPanel key={source.name} source={source} />}
      {source.mayManage && <Leave source={source} onGone={changed} />}
    </>
  );
}
