import { Button, Group, Pill, Select, Skeleton, Stack, Table, TextInput } from '@mantine/core';
import type { Team } from '@strongroom/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { peopleQuery, teamsQuery } from '../../api/queries.ts';
import { addMember, addTeam, removeMember, removeTeam } from '../../api/verbs.ts';
import { Confirm } from '../../components/confirm.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { RecordTable } from '../../components/record-table.tsx';

export function TeamList() {
  const client = useQueryClient();
  const teams = useQuery(teamsQuery);
  const people = useQuery(peopleQuery);
  const [name, setName] = useState('');
  const [removing, setRemoving] = useState<Team | null>(null);
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: teamsQuery.queryKey }),
      client.invalidateQueries({ queryKey: peopleQuery.queryKey }),
    ]);
  const add = useMutation({
    mutationFn: addTeam,
    onSuccess: async () => {
      setName('');
      await refresh();
    },
  });
  const member = useMutation({
    mutationFn: ({ team, person, joins }: { team: string; person: string; joins: boolean }) =>
      joins ? addMember(team, person) : removeMember(team, person),
    onSuccess: refresh,
  });
  const remove = useMutation({
    mutationFn: (team: Team) => removeTeam(team.name),
    onSuccess: async () => {
      setRemoving(null);
      await refresh();
    },
  });
  if (teams.isPending) return <Skeleton height={200} radius="md" />;
  if (teams.isError) return <ProblemNote problem={teams.error} onRetry={() => void teams.refetch()} />;
  return (
    <Stack gap="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') add.mutate(name.trim());
        }}
      >
        <Group gap="xs" align="flex-end">
          <TextInput
            id="team-name"
            label="New team"
            placeholder="finance"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={add.isPending}>
            Make the team
          </Button>
        </Group>
      </form>
      <ProblemNote problem={add.error ?? member.error} />
      {teams.data.length === 0 ? (
        <EmptyState says="A team lets you share a source once for many people.">
          <Button variant="default" onClick={() => document.getElementById('team-name')?.focus()}>
            Name a team
          </Button>
        </EmptyState>
      ) : (
        <RecordTable label="Teams" heads={['Team', 'Members', 'Add', 'Actions']}>
          {teams.data.map((team) => (
            <Table.Tr key={team.id}>
              <Table.Td fw={600}>{team.name}</Table.Td>
              <Table.Td>
                <Group gap={4}>
                  {team.members.map(({ id, email }) => (
                    <Pill
                      key={id}
                      withRemoveButton
                      onRemove={() => member.mutate({ team: team.name, person: id, joins: false })}
                      removeButtonProps={{
                        'aria-label': `Take ${email} out of ${team.name}`,
                        tabIndex: 0,
                        'aria-hidden': false,
                      }}
                    >
                      {email}
                    </Pill>
                  ))}
                  {team.members.length === 0 && 'nobody yet'}
                </Group>
              </Table.Td>
              <Table.Td>
                <Select
                  size="xs"
                  w={200}
                  searchable
                  aria-label={`Add somebody to ${team.name}`}
                  placeholder="Add a person"
                  value={null}
                  data={(people.data ?? [])
                    .filter((person) => !team.members.some(({ id }) => id === person.id))
                    .map((person) => ({ value: person.id, label: person.email }))}
                  onChange={(person) => person !== null && member.mutate({ team: team.name, person, joins: true })}
                />
              </Table.Td>
              <Table.Td ta="right">
                <Button
                  variant="subtle"
                  color="gray"
                  size="xs"
                  aria-label={`Remove team ${team.name}`}
                  onClick={() => setRemoving(team)}
                >
                  Remove
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </RecordTable>
      )}
      <Confirm
        opened={removing !== null}
        title={`Remove team ${removing?.name ?? ''}?`}
        says="Its members stay, but lose what was shared with the team."
        action="Remove"
        pending={remove.isPending}
        problem={remove.error}
        onConfirm={() => removing !== null && remove.mutate(removing)}
        onClose={() => {
          setRemoving(null);
          remove.reset();
        }}
      />
    </Stack>
  );
}
