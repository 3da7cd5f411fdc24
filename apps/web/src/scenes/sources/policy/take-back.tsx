import { Button } from '@mantine/core';
import type { Source } from '@strongroom/protocol';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { removePolicy } from '../../../api/verbs.ts';
import { Confirm } from '../../../components/confirm.tsx';

type TakeBackProps = { source: Source; onChanged: () => Promise<unknown>; onGone: (says: string) => void };

/** Without its policy a source is open, all of it, to whom it is shared with: said before. */
export function TakeBack({ source, onChanged, onGone }: TakeBackProps) {
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => removePolicy(source.name),
    onSuccess: async () => {
      setAsking(false);
      await onChanged();
      onGone(`Taken back. From the next query on, whoever may query ${source.name} sees all of it.`);
    },
  });
  return (
    <>
      <Button variant="default" c="var(--sr-danger)" onClick={() => setAsking(true)}>
        Take it back
      </Button>
      <Confirm
        opened={asking}
        title={`Take back the policy of ${source.name}?`}
        says={`From the next query on, whoever may query ${source.name} sees every row and every column of it, unmasked. The text is not kept: copy it first if you want it again.`}
        action="Take it back"
        pending={remove.isPending}
        problem={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
