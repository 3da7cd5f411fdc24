import { Button, Skeleton, Stack, Text } from '@mantine/core';
import type { Question } from '@strongroom/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Asking } from '../../api/answer-stream.ts';
import { keepCertificate, questionsQuery } from '../../api/queries.ts';
import { eraseQuestion, forgetAllQuestions } from '../../api/verbs.ts';
import { Confirm } from '../../components/confirm.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { dayName } from '../../components/words.ts';
import { ForgottenItem, HistoryItem } from './history-item.tsx';
import classes from './history.module.css';

/** Sealed at rest, mine alone; to take up again, ask again, or forget. */
export function HistoryPanel({ onAsk }: { onAsk: (asking: Asking) => void }) {
  const questions = useQuery(questionsQuery);
  const client = useQueryClient();
  /** By question: the erasure that it was forgotten in. They stay in their place until the list is read again. */
  const [forgotten, setForgotten] = useState<ReadonlyMap<string, string>>(new Map());
  const [confirming, setConfirming] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: questionsQuery.queryKey });
  const forget = useMutation({
    // Later: to close old copies at once would move every key of the workspace, for one question.
    mutationFn: (id: string) => eraseQuestion(id, 'later'),
    onSuccess: (held, id) => {
      keepCertificate(client, held);
      setForgotten((before) => new Map(before).set(id, held.shown.erasure.id));
      client.setQueryData(questionsQuery.queryKey, (list) =>
        list?.map((question) => (question.id === id ? wordless(question) : question)),
      );
      // Read again by the next that shows it, not under the pointer.
      return client.invalidateQueries({ queryKey: questionsQuery.queryKey, refetchType: 'none' });
    },
  });
  const forgetAll = useMutation({
    mutationFn: forgetAllQuestions,
    onSuccess: async () => {
      setConfirming(false);
      await refresh();
    },
  });

  return (
    <div className={classes['panel']}>
      {questions.isPending && (
        <Stack gap={8} p={8}>
          {[1, 2, 3, 4].map((key) => (
            <Skeleton key={key} height={36} />
          ))}
        </Stack>
      )}
      {questions.isError && <ProblemNote problem={questions.error} onRetry={() => void questions.refetch()} />}
      {questions.data?.length === 0 && (
        <Text c="dimmed" size="sm" px={8}>
          Questions you ask appear here. Only you can read them.
        </Text>
      )}
      <ProblemNote problem={forget.error} />
      {byDay(questions.data ?? []).map(([name, list]) => (
        <section key={name} aria-label={name}>
          <h3 className={classes['day']}>{name}</h3>
          <ul className={classes['list']}>
            {list.map((question) => {
              const erasure = forgotten.get(question.id);
              if (erasure !== undefined) return <ForgottenItem key={question.id} erasure={erasure} />;
              return (
                <HistoryItem
                  key={question.id}
                  question={question}
                  all={questions.data ?? []}
                  onAsk={onAsk}
                  onForget={() => forget.mutate(question.id)}
                  isForgetting={forget.isPending && forget.variables === question.id}
                />
              );
            })}
          </ul>
        </section>
      ))}
      {(questions.data?.length ?? 0) > 0 && (
        <Button variant="subtle" color="gray" size="xs" mt={16} onClick={() => setConfirming(true)}>
          Forget all
        </Button>
      )}
      <Confirm
        opened={confirming}
        title="Forget all your questions?"
        says="Their keys are destroyed, so nobody can read them again. The audit log keeps that you asked, never what."
        action="Forget all"
        pending={forgetAll.isPending}
        problem={forgetAll.error}
        onConfirm={() => forgetAll.mutate()}
        onClose={() => setConfirming(false)}
      />
    </div>
  );
}

/** A forgotten question leaves this tab too; only when it was asked stays, for its place. */
function wordless(question: Question): Question {
  return { ...question, question: null, sql: { asked: null, run: null }, disclosure: null };
}

function byDay(questions: readonly Question[]): [string, Question[]][] {
  const days = new Map<string, Question[]>();
  for (const question of questions) {
    const name = dayName(question.askedAt);
    days.set(name, [...(days.get(name) ?? []), question]);
  }
  return [...days];
}
