import { Box, Button, Group, Select, Skeleton, Table, Text } from '@mantine/core';
import { type Person, type Role, roleSchema } from '@strongroom/protocol';
import { IconUserPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { meQuery, peopleQuery } from '../../api/queries.ts';
import { changeRole, erasePerson, removePerson } from '../../api/verbs.ts';
import { Confirm } from '../../components/confirm.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { EraseDialog } from '../../components/erase-dialog.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { RecordTable } from '../../components/record-table.tsx';
import { ago } from '../../components/words.ts';
import { Attributes } from './attributes.tsx';
import { Invite } from './invite.tsx';
import { NewLink } from './new-link.tsx';

const ROLES = roleSchema.options.map((role) => ({ value: role, label: role }));

export function PersonList() {
  const client = useQueryClient();
  const me = useQuery(meQuery);
  const people = useQuery(peopleQuery);
  const [inviting, setInviting] = useState(false);
  const [removing, setRemoving] = useState<Person | null>(null);
  const [erasing, setErasing] = useState<Person | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: peopleQuery.queryKey });
  const role = useMutation({
    mutationFn: ({ id, to }: { id: string; to: Role }) => changeRole(id, to),
    onSuccess: refresh,
  });
  const remove = useMutation({
    mutationFn: (person: Person) => removePerson(person.id),
    onSuccess: async () => {
      setRemoving(null);
      await refresh();
    },
  });
  if (people.isPending) return <Skeleton height={240} radius="md" />;
  if (people.isError) return <ProblemNote problem={people.error} onRetry={() => void people.refetch()} />;
  const alone = people.data.length <= 1;
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text c="dimmed">Admins manage, editors describe the catalog, viewers ask.</Text>
        <Button leftSection={<IconUserPlus size={16} />} onClick={() => setInviting(true)}>
          Invite
        </Button>
      </Group>
      <ProblemNote problem={role.error} />
      <RecordTable label="People" heads={['Name', 'Role', 'Teams, attributes', 'Last signed in', 'Actions']}>
        {people.data.map((person) => (
          <Table.Tr key={person.id}>
            <Table.Td>
              <Text fw={600}>
                {person.name}
                {person.id === me.data?.person.id ? ' (you)' : ''}
              </Text>
              <Text c="dimmed">{person.email}</Text>
            </Table.Td>
            <Table.Td>
              <Select
                size="xs"
                w={112}
                aria-label={`Role of ${person.name}`}
                data={ROLES}
                value={person.role}
                onChange={(to) => to !== null && role.mutate({ id: person.id, to })}
              />
            </Table.Td>
            <Table.Td>
              {person.teams.join(', ') || (
                <Text c="dimmed" span>
                  {'no\u00a0team'}
                </Text>
              )}
              <Attributes person={person} />
            </Table.Td>
            <Table.Td>{ago(person.lastSignInAt)}</Table.Td>
            <Table.Td>
              <Group gap={4} justify="flex-end" wrap="nowrap">
                {me.data?.evaluation === true && <NewLink person={person} />}
                <Button
                  variant="subtle"
                  color="gray"
                  size="xs"
                  aria-label={`Remove ${person.name}`}
                  onClick={() => setRemoving(person)}
                >
                  Remove
                </Button>
                <Button
                  variant="subtle"
                  color="gray"
                  size="xs"
                  aria-label={`Erase ${person.name}`}
                  // Whoever erased themselves would be signed out before they could keep the certificate.
                  {...(person.id === me.data?.person.id && {
                    disabled: true,
                    bg: 'transparent',
                    title: 'Another admin has to erase you',
                  })}
                  onClick={() => setErasing(person)}
                >
                  Erase
                </Button>
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </RecordTable>
      {alone && (
        <Box mt="md">
          <EmptyState says="You are the only one here. Invite a colleague and they can ask whatever you let them.">
            <Button variant="default" onClick={() => setInviting(true)}>
              Invite a colleague
            </Button>
          </EmptyState>
        </Box>
      )}
      <Invite opened={inviting} onClose={() => setInviting(false)} />
      <EraseDialog
        opened={erasing !== null}
        title={`Erase ${erasing?.name ?? ''}?`}
        name={erasing?.email ?? ''}
        goes={[
          'Their account, sessions and tokens; running questions stop',
          'Every question they asked',
          'Who they were in the audit log: entries about them stop opening',
        ]}
        stays={[
          'In the audit log: when, what, and how it ended',
          'Sources they added, as those of a former colleague',
          'Backups of the key file, and exports; delete these yourself',
        ]}
        erase={(when) => erasePerson(erasing?.id ?? '', when)}
        onErased={refresh}
        onClose={() => setErasing(null)}
      />
      <Confirm
        opened={removing !== null}
        title={`Remove ${removing?.name ?? ''}?`}
        says="Their sessions and tokens end at once, running questions stop, and their history is destroyed."
        action="Remove"
        pending={remove.isPending}
        problem={remove.error}
        onConfirm={() => removing !== null && remove.mutate(removing)}
        onClose={() => {
          setRemoving(null);
          remove.reset();
        }}
      />
    </>
  );
}
