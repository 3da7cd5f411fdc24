import { Skeleton, Switch, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { assistantQuery, useMay } from '../../api/queries.ts';
import { changeAssistant } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import classes from './settings.module.css';

/** Whether values of questions are told to models. Whoever is no admin reads how it is. */
export function HoldLiteralsCard() {
  const client = useQueryClient();
  const assistant = useQuery(assistantQuery);
  const mayChange = useMay('workspace.manage');
  const change = useMutation({
    mutationFn: changeAssistant,
    onSuccess: (now) => client.setQueryData(assistantQuery.queryKey, now),
  });
  const holdLiterals = assistant.data?.holdLiterals;
  return (
    <section className={classes['panel']} aria-labelledby="hold-literals">
      <h2 id="hold-literals">Values in questions</h2>
      {assistant.isPending && <Skeleton height={44} />}
      {assistant.isError && <ProblemNote problem={assistant.error} onRetry={() => void assistant.refetch()} />}
      {holdLiterals !== undefined && (
        <div className={classes['row']}>
          <div className={classes['words']}>
            <Text role="status">
              {holdLiterals
                ? 'Held back: a model is told that there is a name, a number or a date, and not which.'
                : 'Told: a model reads each question as it was typed.'}
            </Text>
            <Text c="dimmed" mt={4}>
              Held back, names, numbers, e-mail addresses, quoted text and dates leave as <code>:v1</code>,{' '}
              <code>:v2</code>, … and are put into the SQL on this server; words that may be a name, too. The built-in
              translator tells nobody anything, either way.
            </Text>
          </div>
          {mayChange && (
            <Switch
              label="Hold values back"
              size="sm"
              checked={holdLiterals}
              disabled={change.isPending}
              onChange={(event) => change.mutate({ holdLiterals: event.currentTarget.checked })}
            />
          )}
        </div>
      )}
      <ProblemNote problem={change.error} />
    </section>
  );
}
