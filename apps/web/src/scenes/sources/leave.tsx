import { Button, Group, Text } from '@mantine/core';
import type { Source } from '@strongroom/protocol';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { eraseSource, removeSource } from '../../api/verbs.ts';
import { Confirm } from '../../components/confirm.tsx';
import { EraseDialog } from '../../components/erase-dialog.tsx';
import classes from './sources.module.css';

/** The two ways for a source to go: removed, or erased with a certificate. */
export function Leave({ source, onGone }: { source: Source; onGone: () => Promise<unknown> }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [leaving, setLeaving] = useState<'remove' | 'erase' | null>(null);
  const close = (): void => setLeaving(null);
  const gone = async (): Promise<void> => {
    client.removeQueries({ queryKey: ['sources', source.name] });
    await onGone();
  };
  const remove = useMutation({
    mutationFn: () => removeSource(source.name),
    onSuccess: async () => {
      await navigate({ to: '/sources' });
      await gone();
    },
  });
  const isFile = source.kind === 'file';
  return (
    <section className={classes['panel']} aria-labelledby="leave">
      <h2 id="leave">Remove or erase it</h2>
      <Text mb="sm" c="dimmed">
        Either way its address, names and descriptions go, and the keys they were sealed under.{' '}
        {isFile ? 'The uploaded file goes too.' : 'Nothing changes in the database itself.'} Erasing also gives you a
        certificate that shows it.
      </Text>
      <Group gap="xs">
        <Button variant="default" c="var(--sr-danger)" onClick={() => setLeaving('remove')}>
          Remove {source.name}
        </Button>
        <Button variant="default" c="var(--sr-danger)" onClick={() => setLeaving('erase')}>
          Erase {source.name}
        </Button>
      </Group>
      <Confirm
        opened={leaving === 'remove'}
        title={`Remove ${source.name}?`}
        says="Running questions stop now, and nobody can ask it any more. This cannot be taken back."
        action="Remove"
        pending={remove.isPending}
        problem={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={close}
      />
      <EraseDialog
        opened={leaving === 'erase'}
        title={`Erase ${source.name}?`}
        name={source.name}
        goes={[
          isFile ? 'The uploaded file' : 'Its address and password',
          'Names and descriptions of its tables and columns',
          'Who may ask it; running questions stop',
        ]}
        stays={[
          ...(isFile ? [] : ['The database itself; nothing changes in it']),
          'Questions that people asked it; each can forget their own',
          'Its name in the audit log, with who asked it and when',
          'Backups of the key file; delete these yourself',
        ]}
        erase={(when) => eraseSource(source.name, when)}
        onErased={gone}
        onClose={close}
      />
    </section>
  );
}
