import { Button, Skeleton, Text } from '@mantine/core';
import type { Source } from '@strongroom/protocol';
import { IconCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { policyQuery, tablesQuery } from '../../../api/queries.ts';
import { ProblemNote } from '../../../components/problem-note.tsx';
import panels from '../sources.module.css';
import { CheckAs } from './check-as.tsx';
import type { Mistake } from './mistake.ts';
import { PolicyDraft } from './policy-draft.tsx';
import { PolicyLines } from './policy-lines.tsx';
import classes from './policy.module.css';
import { startPolicy } from './start-policy.ts';
import { TakeBack } from './take-back.tsx';

/** Who is shown which rows and columns: read, written, checked as somebody, taken back. */
export function PolicyPanel({ source }: { source: Source }) {
  const client = useQueryClient();
  const policy = useQuery(policyQuery(source.name));
  const tables = useQuery(tablesQuery);
  const own = (tables.data ?? []).filter((table) => table.source === source.name);
  const [draft, setDraft] = useState<string | null>(null);
  const [mistake, setMistake] = useState<Mistake | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);

  const write = (text: string): void => {
    setSaid(null);
    setMistake(null);
    setDraft(text);
  };
  const close = (words: string | null): void => {
    setDraft(null);
    setMistake(null);
    setSaid(words);
    // What was pressed is gone: the keyboard goes on from here.
    heading.current?.focus();
  };
  // What is shown of the tables follows from the policy, to whoever wrote it too.
  const changed = (): Promise<unknown> =>
    Promise.all([
      client.invalidateQueries({ queryKey: policyQuery(source.name).queryKey }),
      client.invalidateQueries({ queryKey: tablesQuery.queryKey }),
    ]);
  const shown = draft ?? policy.data ?? null;
  return (
    <section className={panels['panel']} aria-labelledby="policy">
      <h2 id="policy" tabIndex={-1} ref={heading}>
        Policy
      </h2>
      {policy.isPending && <Skeleton height={96} />}
      {policy.isError && <ProblemNote problem={policy.error} onRetry={() => void policy.refetch()} />}
      {policy.data === null && draft === null && (
        <Text c="dimmed">There is none: whoever may query {source.name} sees all of it.</Text>
      )}
      {shown !== null && (
        <Text c="dimmed">Who is shown which rows and columns. A table that it does not name is hidden.</Text>
      )}
      <div role="status">
        {said !== null && (
          <p className={classes['said']}>
            <IconCheck size={16} aria-hidden />
            <span>{said}</span>
          </p>
        )}
      </div>
      {policy.data === null && draft === null && (
        <Button mt="sm" loading={tables.isPending} onClick={() => write(startPolicy(source.name, own))}>
          Write a policy
        </Button>
      )}
      {typeof policy.data === 'string' && draft === null && (
        <>
          <PolicyLines text={policy.data} label={`Policy of ${source.name}`} mistake={mistake} />
          <div className={classes['actions']}>
            <Button variant="default" onClick={() => write(policy.data ?? '')}>
              Change
            </Button>
            <TakeBack source={source} onChanged={changed} onGone={close} />
          </div>
        </>
      )}
      {draft !== null && (
        <PolicyDraft
          source={source}
          before={policy.data ?? null}
          text={draft}
          mistake={mistake}
          onType={setDraft}
          onMistake={setMistake}
          onChanged={changed}
          onClose={close}
        />
      )}
      {shown !== null && <CheckAs source={source} policy={shown} sql={exampleOf(own[0])} onMistake={setMistake} />}
    </section>
  );
}

function exampleOf(table: { schema: string; name: string } | undefined): string {
  const plain = /^[a-z_][a-z0-9_]*$/;
  if (table === undefined || !plain.test(table.schema) || !plain.test(table.name)) return '';
  return `SELECT * FROM ${table.schema}.${table.name}`;
}
