import { Skeleton, Switch, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { accessQuery, useMay } from '../../api/queries.ts';
import { changeAccess } from '../../api/verbs.ts';
import { Confirm } from '../../components/confirm.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import classes from './settings.module.css';

/** The admin's key of the two that a query needs. Whoever is no admin reads how it is turned. */
export function RunSqlCard() {
  const client = useQueryClient();
  const access = useQuery(accessQuery);
  const mayChange = useMay('workspace.manage');
  const [asking, setAsking] = useState(false);
  const change = useMutation({
    mutationFn: changeAccess,
    onSuccess: (now) => {
      client.setQueryData(accessQuery.queryKey, now);
      setAsking(false);
    },
  });
  const runSql = access.data?.runSql;
  return (
    <section className={classes['panel']} aria-labelledby="run-sql">
      <h2 id="run-sql">Run SQL</h2>
      {access.isPending && <Skeleton height={44} />}
      {access.isError && <ProblemNote problem={access.error} onRetry={() => void access.refetch()} />}
      {runSql !== undefined && (
        <div className={classes['row']}>
          <div className={classes['words']}>
            <Text role="status">
              {runSql
                ? 'On: SQL runs in this workspace.'
                : mayChange
                  ? 'Off: nothing runs in this workspace, for anybody.'
                  : 'Off: an admin has stopped all SQL in this workspace, so nobody gets an answer.'}
            </Text>
            <Text c="dimmed" mt={4}>
              A query needs two keys: this one, which {mayChange ? 'admins turn' : 'an admin turns'} for the whole
              workspace, and each person’s own right on the source.
            </Text>
          </div>
          {mayChange && (
            <Switch
              label="Run SQL"
              size="sm"
              checked={runSql}
              disabled={change.isPending}
              onChange={(event) => {
                const { checked } = event.currentTarget;
                change.reset();
                if (checked) change.mutate({ runSql: true });
                else setAsking(true);
              }}
            />
          )}
        </div>
      )}
      {!asking && <ProblemNote problem={change.error} />}
      <Confirm
        opened={asking}
        title="Turn off SQL in this workspace?"
        says="From now on no question is answered and no SQL runs, for anybody, admins too. What runs now is stopped. Nothing is lost, and you can turn it on again."
        action="Turn off"
        keep="Leave it on"
        pending={change.isPending}
        problem={change.error}
        onConfirm={() => change.mutate({ runSql: false })}
        onClose={() => setAsking(false)}
      />
    </section>
  );
}
