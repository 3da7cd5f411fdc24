import { ActionIcon, Button, Group, Modal, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { annotate, type Annotation } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';

type Now = { description: string | null; tags: readonly string[]; owner: string | null };
type AnnotateProps = { resource: string; named: string; now: Now; withOwner?: boolean };

/** Describes, tags and owns a table or a column. Only what changed is sent. */
export function Annotate({ resource, named, now, withOwner = false }: AnnotateProps) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <ActionIcon aria-label={`Describe ${named}`} onClick={() => setOpened(true)}>
        <IconPencil size={16} />
      </ActionIcon>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={`Describe ${named}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Form resource={resource} now={now} withOwner={withOwner} onDone={() => setOpened(false)} />
      </Modal>
    </>
  );
}

function Form({
  resource,
  now,
  withOwner,
  onDone,
}: {
  resource: string;
  now: Now;
  withOwner: boolean;
  onDone: () => void;
}) {
  const client = useQueryClient();
  const [description, setDescription] = useState(now.description ?? '');
  const [tags, setTags] = useState([...now.tags]);
  const [owner, setOwner] = useState(now.owner ?? '');
  const save = useMutation({
    mutationFn: () => annotate(resource, changes(now, { description, tags, owner })),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['tables'] }),
        client.invalidateQueries({ queryKey: ['catalog-search'] }),
      ]);
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        <Textarea
          label="Description"
          description="What it holds, in words people use when they ask"
          autosize
          minRows={3}
          maxRows={10}
          maxLength={2000}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          data-autofocus
        />
        <TagsInput
          label="Tags"
          description="Other words for it; questions find it by these too"
          maxTags={20}
          value={tags}
          onChange={setTags}
        />
        {withOwner && (
          <TextInput
            label="Owner"
            description="Who answers for it"
            maxLength={254}
            value={owner}
            onChange={(event) => setOwner(event.currentTarget.value)}
          />
        )}
        <ProblemNote problem={save.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function changes(now: Now, wanted: { description: string; tags: string[]; owner: string }): Annotation {
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  return {
    ...(orNull(wanted.description) === now.description ? {} : { description: orNull(wanted.description) }),
    ...(wanted.tags.join('\n') === now.tags.join('\n') ? {} : { tags: wanted.tags }),
    ...(orNull(wanted.owner) === now.owner ? {} : { owner: orNull(wanted.owner) }),
  };
}
