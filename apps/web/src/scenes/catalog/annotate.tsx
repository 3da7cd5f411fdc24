import { Button, Group, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { annotate, type Annotation } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { useFormInPlace } from '../../components/use-form-in-place.ts';

type Now = { description: string | null; tags: readonly string[]; owner: string | null };

/** Describes, tags and owns a table or a column, in its place on the page. Only what changed is sent; Escape gives it up. */
export function Annotate({
  resource,
  named,
  now,
  onDone,
}: {
  resource: string;
  named: string;
  now: Now;
  onDone: () => void;
}) {
  const client = useQueryClient();
  const form = useFormInPlace(onDone);
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
      ref={form}
      aria-label={`Describe ${named}`}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="sm">
        <Textarea
          label="Description"
          description="What it holds, in words people use when they ask"
          autosize
          minRows={2}
          maxRows={10}
          maxLength={2000}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <TagsInput
          label="Tags"
          description="Other words for it; questions find it by these too"
          maxTags={20}
          value={tags}
          onChange={setTags}
        />
        <TextInput
          label="Owner"
          description="Who answers for it, by email address"
          maxLength={254}
          value={owner}
          onChange={(event) => setOwner(event.currentTarget.value)}
        />
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
