import { ActionIcon, Button, Skeleton, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { preferencesQuery, settingsQuery } from '../../api/queries.ts';
import { addPreference, forgetAllPreferences, removePreference } from '../../api/verbs.ts';
import { Confirm } from '../../components/confirm.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { visible } from '../../components/visible.ts';
import classes from './history.module.css';
import memory from './memory.module.css';

/** What every translation by a model is to heed: sealed at rest, mine alone, deletable one by one or all. */
export function MemoryPanel() {
  const client = useQueryClient();
  const preferences = useQuery(preferencesQuery);
  const settings = useQuery(settingsQuery);
  const [text, setText] = useState('');
  const [confirming, setConfirming] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: preferencesQuery.queryKey });
  const add = useMutation({
    mutationFn: addPreference,
    onSuccess: async () => {
      setText('');
      await refresh();
    },
  });
  const remove = useMutation({ mutationFn: removePreference, onSuccess: refresh });
  const forgetAll = useMutation({
    mutationFn: forgetAllPreferences,
    onSuccess: async () => {
      setConfirming(false);
      await refresh();
    },
  });
  const list = preferences.data ?? [];
  const submit = (): void => {
    if (text.trim() !== '') add.mutate(text.trim());
  };
  return (
    <div className={classes['panel']}>
      <Text c="dimmed" size="sm" px={8} mb={12}>
        Sent to the model with each of your questions. Only you can read it.
        {settings.data?.model === null && ' The built-in translator, which answers here now, does not heed it.'}
      </Text>
      {preferences.isPending && <Skeleton height={36} mx={8} />}
      {preferences.isError && <ProblemNote problem={preferences.error} onRetry={() => void preferences.refetch()} />}
      <ul className={classes['list']} aria-label="Remembered">
        {list.map((one) => (
          <li key={one.id} className={classes['item']}>
            <span className={memory['text']}>{visible(one.text)}</span>
            <ActionIcon
              size="sm"
              aria-label={`Forget: ${one.text}`}
              onClick={() => remove.mutate(one.id)}
              loading={remove.isPending && remove.variables === one.id}
            >
              <IconTrash size={14} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <ProblemNote problem={remove.error} />
      <form
        className={memory['add']}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Textarea
          aria-label="Something to remember"
          placeholder="Always show delays in hours"
          autosize
          minRows={1}
          maxRows={4}
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            submit();
          }}
        />
        <Button type="submit" size="xs" variant="default" disabled={text.trim() === ''} loading={add.isPending}>
          Remember
        </Button>
      </form>
      <ProblemNote problem={add.error} />
      {list.length > 0 && (
        <Button variant="subtle" color="gray" size="xs" mt={16} onClick={() => setConfirming(true)}>
          Forget all
        </Button>
      )}
      <Confirm
        opened={confirming}
        title="Forget all that you had remembered?"
        says="The keys are destroyed, so nobody can read it again. The audit log keeps that there was something, never what."
        action="Forget all"
        pending={forgetAll.isPending}
        problem={forgetAll.error}
        onConfirm={() => forgetAll.mutate()}
        onClose={() => setConfirming(false)}
      />
    </div>
  );
}
