import { Button, Select, Skeleton, Text } from '@mantine/core';
import type { Source } from '@strongroom/protocol';
import { useMutation, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { peopleQuery } from '../../../api/queries.ts';
import { checkPolicy } from '../../../api/verbs.ts';
import { CheckResult } from './check-result.tsx';
import { type Mistake, mistakeIn, namesAnotherSource } from './mistake.ts';
import classes from './policy.module.css';

const SqlEditor = lazy(async () => ({ default: (await import('../../../components/sql/sql-editor.tsx')).SqlEditor }));

type CheckAsProps = {
  source: Source;
  policy: string;
  /** To begin with. */ sql: string;
  onMistake: (mistake: Mistake | null) => void;
};

/** What somebody else's SQL would become under the policy that is shown above, applied or not. Nothing runs. */
export function CheckAs({ source, policy, sql: start, onMistake }: CheckAsProps) {
  const people = useQuery(peopleQuery);
  const [as, setAs] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  // The names of the tables may come later than the policy.
  const sql = typed ?? start;
  const check = useMutation({
    mutationFn: checkPolicy,
    onMutate: () => onMistake(null),
    onError: (problem) => onMistake(mistakeIn(problem)),
  });
  const submit = (): void => {
    if (as === null || sql.trim() === '' || check.isPending) return;
    const foreign = namesAnotherSource(policy, source.name);
    if (foreign === null) check.mutate({ policy, as, sql });
    else onMistake(foreign);
  };
  const asked = check.variables;
  // What is said of other words than these would mislead.
  const isOfThis = asked?.policy === policy && asked.as === as && asked.sql === sql;
  const person = people.data?.find(({ email }) => email === as);
  return (
    <section className={classes['check']} aria-labelledby="check-as">
      <h3 id="check-as">Check as somebody</h3>
      <Text c="dimmed">See what would run for them under the policy above, applied or not. Nothing is run.</Text>
      <Select
        className={classes['person'] ?? ''}
        label="Person"
        placeholder="Whose view"
        data={(people.data ?? []).map(({ name, email }) => ({ value: email, label: `${name}, ${email}` }))}
        value={as}
        onChange={setAs}
        searchable
        nothingFoundMessage="Nobody is called that"
      />
      <span className={classes['label']} aria-hidden>
        SQL
      </span>
      <div className={classes['frame']}>
        <Suspense fallback={<Skeleton height={104} />}>
          <SqlEditor
            value={sql}
            source={source.name}
            onChange={setTyped}
            onRun={submit}
            onCancel={() => undefined}
            isMain={false}
          />
        </Suspense>
      </div>
      <Button variant="default" disabled={as === null || sql.trim() === ''} loading={check.isPending} onClick={submit}>
        Check
      </Button>
      {isOfThis && person !== undefined && (
        <CheckResult source={source} person={person} checked={check.data} problem={check.error} />
      )}
    </section>
  );
}
