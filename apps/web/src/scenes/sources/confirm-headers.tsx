import { Button, Group, Radio, Stack, Table, Text, TextInput } from '@mantine/core';
import { sourceNameSchema } from '@strongroom/protocol';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { confirmFile, type uploadFile } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { bytes, count } from '../../components/words.ts';
import classes from './sources.module.css';

type FilePreview = Awaited<ReturnType<typeof uploadFile>>;

/** Without a header line the first row's values would become names, and names go to the catalog: so a person says. */
export function ConfirmHeaders({ preview, onDone }: { preview: FilePreview; onDone: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(
    () =>
      preview.table
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^[^a-z]+|-+$/g, '')
        .slice(0, 63) || 'file',
  );
  const [header, setHeader] = useState(preview.headerGuess);
  const confirm = useMutation({
    mutationFn: confirmFile,
    onSuccess: async (source) => {
      onDone();
      await Promise.all([
        client.invalidateQueries({ queryKey: ['sources'] }),
        client.invalidateQueries({ queryKey: ['tables'] }),
      ]);
      void navigate({ to: '/sources/$source', params: { source: source.name } });
    },
  });
  const wrongName = name !== '' && !sourceNameSchema.safeParse(name).success;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrongName) confirm.mutate({ name, upload: preview.upload, ...(header === null ? {} : { header }) });
      }}
    >
      <Stack gap="md">
        <Text c="dimmed">
          {preview.format.toUpperCase()}, {bytes(preview.sizeBytes)}, {count(preview.columns.length, 'column')}
        </Text>
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={wrongName ? 'Lower case letters, digits and hyphens, starting with a letter.' : null}
          required
          data-autofocus
        />
        {header !== null && (
          <Radio.Group
            label="Is the first line the names of the columns?"
            value={header ? 'yes' : 'no'}
            onChange={(value) => setHeader(value === 'yes')}
          >
            <Stack gap={8} mt={8}>
              <Radio value="yes" label="Yes, these are names" />
              <Radio value="no" label="No, the first line is data; name the columns column0, column1 and so on" />
            </Stack>
          </Radio.Group>
        )}
        <div className={classes['headers']} tabIndex={0} role="group" aria-label="Columns found">
          <Table verticalSpacing={4} horizontalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Column</Table.Th>
                <Table.Th>Type</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {preview.columns.map((column, index) => (
                <Table.Tr key={column.name}>
                  <Table.Td>{header === false ? `column${index}` : column.name}</Table.Td>
                  <Table.Td c="dimmed">{column.type}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
        <ProblemNote problem={confirm.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={confirm.isPending} disabled={name === '' || wrongName}>
            Add the file
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
