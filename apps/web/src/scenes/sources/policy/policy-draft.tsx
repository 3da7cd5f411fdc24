import { Button, Skeleton, Text } from '@mantine/core';
import type { Source } from '@strongroom/protocol';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { policyQuery } from '../../../api/queries.ts';
import { applyPolicy } from '../../../api/verbs.ts';
import { ProblemNote } from '../../../components/problem-note.tsx';
import { count, sentence } from '../../../components/words.ts';
import { type Mistake, mistakeIn, namesAnotherSource } from './mistake.ts';
import { policyChanges } from './policy-changes.ts';
import classes from './policy.module.css';

const PolicyEditor = lazy(async () => ({ default: (await import('./policy-editor.tsx')).PolicyEditor }));

type PolicyDraftProps = {
  source: Source;
  /** What holds until it is applied; null: nothing. */ before: string | null;
  text: string;
  mistake: Mistake | null;
  onType: (text: string) => void;
  onMistake: (mistake: Mistake | null) => void;
  onChanged: () => Promise<unknown>;
  /** With what came of it; null: nothing did. */ onClose: (says: string | null) => void;
};

/** A policy being written. What was typed stays until it is applied or given up. */
export function PolicyDraft({
  source,
  before,
  text,
  mistake,
  onType,
  onMistake,
  onChanged,
  onClose,
}: PolicyDraftProps) {
  const client = useQueryClient();
  const [start] = useState(text);
  const apply = useMutation({
    mutationFn: applyPolicy,
    onMutate: () => onMistake(null),
    onError: (problem) => onMistake(mistakeIn(problem)),
    onSuccess: async (applied) => {
      await onChanged();
      if (applied.source !== source.name)
        return onClose(`Applied to ${applied.source}, which the text names, and not to ${source.name}.`);
      const after = client.getQueryData(policyQuery(source.name).queryKey) ?? '';
      onClose(cameOf(before, after, applied.tables));
    },
  });
  const submit = (): void => {
    if (apply.isPending) return;
    const foreign = namesAnotherSource(text, source.name);
    if (foreign === null) apply.mutate(text);
    else onMistake(foreign);
  };
  const held = before === null ? 'Nothing was applied.' : 'The policy from before still holds.';
  return (
    <>
      <div className={classes['frame']}>
        <Suspense fallback={<Skeleton height={320} />}>
          <PolicyEditor
            start={start}
            mistake={mistake}
            label={`Policy of ${source.name}`}
            onChange={(next, isMarked) => {
              onType(next);
              if (!isMarked) onMistake(null);
            }}
            onApply={submit}
          />
        </Suspense>
      </div>
      <div role="alert">
        {mistake !== null && (
          <p className={classes['note']}>
            <strong className={classes['wrong']}>Line {mistake.line} is wrong.</strong>{' '}
            <span className={classes['unseen']}>{sentence(mistake.reason)} </span>
            {held} Mend the line, then try again.
          </p>
        )}
      </div>
      {mistakeIn(apply.error) === null && <ProblemNote problem={apply.error} />}
      <div className={classes['actions']}>
        <Button loading={apply.isPending} disabled={text.trim() === '' || text === before} onClick={submit}>
          Apply
        </Button>
        <Button variant="default" onClick={() => onClose(null)}>
          Cancel
        </Button>
        <Text size="xs" c="dimmed">
          Holds from the next query on
        </Text>
      </div>
    </>
  );
}

function cameOf(before: string | null, after: string, tables: number): string {
  if (before === null)
    return `Applied. From the next query on, people see what it grants them of ${count(tables, 'table')}, and nothing else.`;
  const changes = policyChanges(before, after);
  return changes === ''
    ? 'Applied. It says the same as before, so nothing changed.'
    : `Applied: ${changes}. It holds from the next query on.`;
}
