import { Button, Group, Skeleton, Table, Text, TextInput } from '@mantine/core';
import type { Canary } from '@strongroom/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { canariesQuery } from '../../api/queries.ts';
import { plantCanary, removeCanary } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { RecordTable } from '../../components/record-table.tsx';
import { SecretOnce } from '../../components/secret-once.tsx';
import { ago, count } from '../../components/words.ts';
import classes from './settings.module.css';

/** Tokens planted in rows, for administrators: what holds one is stopped on its way out. */
export function CanariesCard() {
  const client = useQueryClient();
  const canaries = useQuery(canariesQuery);
  const [name, setName] = useState('');
  const refresh = () => client.invalidateQueries({ queryKey: canariesQuery.queryKey });
  const plant = useMutation({
    mutationFn: plantCanary,
    onSuccess: () => {
      setName('');
      return refresh();
    },
    gcTime: 0,
  });
  const remove = useMutation({ mutationFn: removeCanary, onSuccess: refresh });
  return (
    <section className={classes['panel']} aria-labelledby="canaries">
      <h2 id="canaries">Canaries</h2>
      <Text c="dimmed" mb="md">
        A canary is a random token for a row that nobody reads. Whatever holds one, in any usual encoding, is stopped on
        its way to a model or out of the audit log, and the log names the canary.
      </Text>
      {canaries.isPending && <Skeleton height={80} />}
      {canaries.isError && <ProblemNote problem={canaries.error} onRetry={() => void canaries.refetch()} />}
      {canaries.data !== undefined && canaries.data.length > 0 && (
        <RecordTable label="Canaries" heads={['Name', 'Planted', 'Found on its way out', 'Actions']}>
          {canaries.data.map((canary) => (
            <Row
              key={canary.name}
              canary={canary}
              isGoing={remove.isPending && remove.variables === canary.name}
              onRemove={() => remove.mutate(canary.name)}
            />
          ))}
        </RecordTable>
      )}
      <ProblemNote problem={remove.error} />
      {plant.data === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            plant.mutate(name.trim());
          }}
        >
          <Group align="flex-end" gap="xs" mt="md">
            <TextInput
              label="Name of a new canary"
              placeholder="payroll"
              maxLength={63}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" loading={plant.isPending} disabled={name.trim() === ''}>
              Make a token
            </Button>
          </Group>
          <ProblemNote problem={plant.error} />
        </form>
      ) : (
        <>
          <SecretOnce
            says={`Write the token of ${plant.data.name} into a row, in a text or a uuid column. It cannot be shown again.`}
            secret={plant.data.token}
          />
          <Button variant="default" mt="sm" onClick={() => plant.reset()}>
            Done
          </Button>
        </>
      )}
    </section>
  );
}

function Row({ canary, isGoing, onRemove }: { canary: Canary; isGoing: boolean; onRemove: () => void }) {
  const { name, plantedAt, found, foundAt } = canary;
  return (
    <Table.Tr>
      <Table.Td fw={600}>{name}</Table.Td>
      <Table.Td>{ago(plantedAt)}</Table.Td>
      <Table.Td fw={found > 0 ? 600 : undefined}>
        {found === 0 ? 'never' : `${count(found, 'time')}, ${ago(foundAt)}`}
      </Table.Td>
      <Table.Td ta="right">
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          aria-label={`Remove ${name}`}
          loading={isGoing}
          onClick={onRemove}
        >
          Remove
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
