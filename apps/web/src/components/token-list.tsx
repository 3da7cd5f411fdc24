import { Button, Group, Modal, Select, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { meQuery, peopleQuery, tokensQuery } from '../api/queries.ts';
import { createToken, revokeToken } from '../api/verbs.ts';
import { EmptyState } from './empty-state.tsx';
import { ProblemNote } from './problem-note.tsx';
import { RecordTable } from './record-table.tsx';
import { SecretOnce } from './secret-once.tsx';
import { ago, day } from './words.ts';

/** API tokens: mine, or with `forOthers` everybody's for those who manage people. */
export function TokenList({ forOthers = false }: { forOthers?: boolean }) {
  const client = useQueryClient();
  const me = useQuery(meQuery);
  const tokens = useQuery(tokensQuery);
  const [creating, setCreating] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: tokensQuery.queryKey });
  const revoke = useMutation({ mutationFn: revokeToken, onSuccess: refresh });
  if (tokens.isPending) return <Skeleton height={160} radius="md" />;
  if (tokens.isError) return <ProblemNote problem={tokens.error} onRetry={() => void tokens.refetch()} />;
  const mine = new Set([me.data?.person.id, me.data?.person.email]);
  const shown = forOthers ? tokens.data : tokens.data.filter((token) => mine.has(token.person));
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text c="dimmed">For scripts and the command line. A token acts with its person’s rights.</Text>
        {shown.length > 0 && (
          <Button variant="default" onClick={() => setCreating(true)}>
            New token
          </Button>
        )}
      </Group>
      <ProblemNote problem={revoke.error} />
      {shown.length === 0 ? (
        <EmptyState says="A token lets a script ask the same questions you can.">
          <Button variant="default" onClick={() => setCreating(true)}>
            Make a token
          </Button>
        </EmptyState>
      ) : (
        <RecordTable label="Tokens" heads={['Name', ...(forOthers ? ['Person'] : []), 'Last used', 'Ends', 'Actions']}>
          {shown.map((token) => (
            <Table.Tr key={token.id}>
              <Table.Td fw={600}>{token.name}</Table.Td>
              {forOthers && <Table.Td>{token.person}</Table.Td>}
              <Table.Td>{ago(token.lastUsedAt)}</Table.Td>
              <Table.Td>{token.expiresAt === null ? 'never' : day(token.expiresAt)}</Table.Td>
              <Table.Td ta="right">
                <Button
                  variant="subtle"
                  color="gray"
                  size="xs"
                  aria-label={`Revoke ${token.name}`}
                  loading={revoke.isPending && revoke.variables === token.id}
                  onClick={() => revoke.mutate(token.id)}
                >
                  Revoke
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </RecordTable>
      )}
      <NewToken opened={creating} onClose={() => setCreating(false)} forOthers={forOthers} onCreated={refresh} />
    </Stack>
  );
}

const LIFETIMES = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
];

function NewToken({
  opened,
  onClose,
  forOthers,
  onCreated,
}: {
  opened: boolean;
  onClose: () => void;
  forOthers: boolean;
  onCreated: () => Promise<void>;
}) {
  const people = useQuery({ ...peopleQuery, enabled: opened && forOthers });
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [person, setPerson] = useState<string | null>(null);
  const create = useMutation({ mutationFn: createToken, onSuccess: onCreated, gcTime: 0 });
  const close = (): void => {
    if (create.isSuccess) setName('');
    create.reset();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title="New token" closeButtonProps={{ 'aria-label': 'Close' }}>
      {create.data === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate({ name: name.trim(), expiresInDays: Number(days), ...(person === null ? {} : { person }) });
          }}
        >
          <Stack gap="md">
            <TextInput
              label="Name"
              description="What it is for, so that you know it later"
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              required
              data-autofocus
            />
            <Select
              label="Ends after"
              data={LIFETIMES}
              value={days}
              onChange={(next) => next !== null && setDays(next)}
            />
            {forOthers && (
              <Select
                label="For"
                description="A token for somebody else never opens what is theirs alone"
                placeholder="Yourself"
                searchable
                clearable
                data={(people.data ?? []).map(({ email }) => email)}
                value={person}
                onChange={setPerson}
              />
            )}
            <ProblemNote problem={create.error} />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
                Make the token
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Stack gap="md">
          <SecretOnce
            says="Copy it now. Only its hash is kept, so it cannot be shown again."
            secret={create.data.secret}
          />
          <Group justify="flex-end">
            <Button onClick={close}>Done</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
