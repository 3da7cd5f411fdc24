import { ActionIcon, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import type { Person } from '@strongroom/protocol';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { peopleQuery } from '../../api/queries.ts';
import { setAttributes } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { type AttributeRow, attributesInShort, attributesOf, rowsOf, wrongWith } from './attribute-rows.ts';
import classes from './attributes.module.css';

const VALUE_LENGTH_MAX = 500;
const ATTRIBUTES_MAX = 50;

/** What row filters may ask of a person: shown in the list, changed in a dialog. */
export function Attributes({ person }: { person: Person }) {
  const [opened, setOpened] = useState(false);
  const inShort = attributesInShort(person.attributes);
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="compact-xs"
        fw={inShort === '' ? 600 : 400}
        className={classes['open'] ?? ''}
        title={inShort === '' ? undefined : inShort}
        aria-label={inShort === '' ? `Add attributes for ${person.name}` : `${inShort}: attributes of ${person.name}`}
        onClick={() => setOpened(true)}
      >
        {inShort === '' ? 'Add attributes' : inShort}
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={`Attributes of ${person.name}`}
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <AttributesForm person={person} onClose={() => setOpened(false)} />
      </Modal>
    </>
  );
}

function AttributesForm({ person, onClose }: { person: Person; onClose: () => void }) {
  const client = useQueryClient();
  const [rows, setRows] = useState<AttributeRow[]>(() => orBlank(rowsOf(person.attributes)));
  const save = useMutation({
    mutationFn: () => setAttributes(person.id, attributesOf(rows)),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: peopleQuery.queryKey });
      onClose();
    },
  });
  const change = (key: number, to: Partial<AttributeRow>): void =>
    setRows(rows.map((row) => (row.key === key ? { ...row, ...to } : row)));
  const wrong = rows.map((row) => wrongWith(row, rows));
  const isRight = wrong.every((reason) => reason === null);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isRight && !save.isPending) save.mutate();
      }}
    >
      <Stack gap="md">
        <Text c="dimmed">
          What row filters may ask of this person: with <code>{'team = {{user.attributes.team}}'}</code> they see the
          rows of their own team, and without the attribute none.
        </Text>
        <ul className={classes['rows']}>
          {rows.map((row, index) => (
            <li key={row.key}>
              <TextInput
                aria-label={`Name of attribute ${index + 1}`}
                placeholder="team"
                value={row.name}
                error={wrong[index]}
                maxLength={60}
                autoComplete="off"
                spellCheck={false}
                data-autofocus={index === 0 ? true : undefined}
                onChange={(event) => change(row.key, { name: event.currentTarget.value.trim() })}
              />
              <span aria-hidden>=</span>
              <TextInput
                aria-label={`Value of attribute ${index + 1}`}
                placeholder="finance"
                value={row.value}
                maxLength={VALUE_LENGTH_MAX}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => change(row.key, { value: event.currentTarget.value })}
              />
              <ActionIcon
                size={36}
                aria-label={`Remove attribute ${row.name === '' ? index + 1 : row.name}`}
                onClick={() => setRows(orBlank(rows.filter(({ key }) => key !== row.key)))}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </li>
          ))}
        </ul>
        <div>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            disabled={rows.length >= ATTRIBUTES_MAX}
            onClick={() => setRows([...rows, blank(rows)])}
          >
            Add another
          </Button>
        </div>
        <ProblemNote problem={save.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!isRight}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** There is always a row to type in. */
function orBlank(rows: AttributeRow[]): AttributeRow[] {
  return rows.length === 0 ? [blank(rows)] : rows;
}

function blank(rows: readonly AttributeRow[]): AttributeRow {
  return { key: Math.max(-1, ...rows.map(({ key }) => key)) + 1, name: '', value: '' };
}
