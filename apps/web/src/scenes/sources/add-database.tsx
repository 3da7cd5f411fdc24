import { Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { addDatabaseInputSchema } from '@strongroom/protocol';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { addDatabase } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { sentence } from '../../components/words.ts';

/** Connects a database by its address. What was typed stays until it worked. */
export function AddDatabase({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [nameProblem, setNameProblem] = useState<string | null>(null);
  const add = useMutation({
    mutationFn: addDatabase,
    onSuccess: async (source) => {
      setName('');
      setUrl('');
      onClose();
      await Promise.all([
        client.invalidateQueries({ queryKey: ['sources'] }),
        client.invalidateQueries({ queryKey: ['tables'] }),
      ]);
      void navigate({ to: '/sources/$source', params: { source: source.name } });
    },
  });
  const submit = (): void => {
    const input = addDatabaseInputSchema.safeParse({ name, url });
    const wrongName = input.success ? undefined : input.error.issues.find((issue) => issue.path[0] === 'name');
    setNameProblem(wrongName === undefined ? null : sentence(wrongName.message));
    if (input.success) add.mutate(input.data);
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Connect a database"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap="md">
          <Text c="dimmed">Use a role that may only read. If it can do more, Strongroom says so by name.</Text>
          <TextInput
            label="Name"
            description="How questions and SQL call it, for example sales"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={nameProblem}
            required
            data-autofocus
          />
          <PasswordInput
            label="Address"
            description="postgres://user:password@host:5432/database or mariadb://…:3306/database, sealed as soon as it arrives and never shown again"
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
            required
            visibilityToggleButtonProps={{ 'aria-label': 'Show the address' }}
          />
          <ProblemNote problem={add.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending} disabled={name === '' || url === ''}>
              Connect
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
