import { Button, Select, Text } from '@mantine/core';
import type { Source } from '@strongroom/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { peopleQuery, teamsQuery, useMay } from '../../api/queries.ts';
import { shareSource, unshareSource } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import classes from './sources.module.css';

/** Who may query a source. Nobody but its owner, until somebody is added here. */
export function Grants({ source }: { source: Source }) {
  const client = useQueryClient();
  const mayListPeople = useMay('people.manage');
  const people = useQuery({ ...peopleQuery, enabled: mayListPeople });
  const teams = useQuery({ ...teamsQuery, enabled: mayListPeople });
  const [subject, setSubject] = useState<string | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ['sources'] });
  const add = useMutation({
    mutationFn: (chosen: string) => shareSource(source.name, chosen),
    onSuccess: async () => {
      setSubject(null);
      await refresh();
    },
  });
  const remove = useMutation({
    mutationFn: (chosen: string) => unshareSource(source.name, chosen),
    onSuccess: refresh,
  });
  const choices = [
    { group: 'Everyone', items: [{ value: 'everyone', label: 'Everyone in the workspace' }] },
    { group: 'Teams', items: (teams.data ?? []).map((team) => ({ value: `team:${team.name}`, label: team.name })) },
    {
      group: 'People',
      items: (people.data ?? []).map((person) => ({
        value: `person:${person.email}`,
        label: `${person.name}, ${person.email}`,
      })),
    },
  ].map(({ group, items }) => ({ group, items: items.filter((item) => !source.grants.includes(item.value)) }));
  return (
    <section className={classes['panel']} aria-labelledby="grants">
      <h2 id="grants">Who may ask</h2>
      <Text c="dimmed">Others do not see that this source exists.</Text>
      <ul className={classes['grants']}>
        <li>
          {source.owner}
          <Text size="xs" c="dimmed">
            owner
          </Text>
        </li>
        {source.grants.map((grant) => (
          <li key={grant}>
            {named(grant)}
            <Button
              variant="subtle"
              color="gray"
              size="xs"
              aria-label={`Stop sharing with ${named(grant)}`}
              loading={remove.isPending && remove.variables === grant}
              onClick={() => remove.mutate(grant)}
            >
              Stop sharing
            </Button>
          </li>
        ))}
      </ul>
      <div className={classes['row']}>
        <Select
          flex="1 1 220px"
          aria-label="Let somebody ask"
          placeholder="A person, a team, or everyone"
          data={choices}
          value={subject}
          onChange={setSubject}
          searchable
          clearable
        />
        <Button
          disabled={subject === null}
          loading={add.isPending}
          onClick={() => subject !== null && add.mutate(subject)}
        >
          Let them ask
        </Button>
      </div>
      <ProblemNote problem={add.error ?? remove.error} />
    </section>
  );
}

function named(grant: string): string {
  if (grant === 'everyone') return 'Everyone in the workspace';
  return grant.startsWith('team:') ? `Team ${grant.slice(5)}` : grant.slice(7);
}
