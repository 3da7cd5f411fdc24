import { Button, FileButton, Group, Text } from '@mantine/core';
import type { Imported } from '@strongroom/protocol';
import { IconUpload } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { importCatalog } from '../../../api/verbs.ts';
import { ProblemNote } from '../../../components/problem-note.tsx';
import { count } from '../../../components/words.ts';
import { changedTerms } from '../glossary/changed-terms.ts';
import { ChangeList } from './change-list.tsx';
import classes from './file.module.css';

type Chosen = { readonly name: string; readonly text: string };

/** A file is looked at first: what it would change is shown, and written only then. */
export function Upload() {
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const look = useMutation({ mutationFn: ({ text }: Chosen) => importCatalog(text, true) });
  const write = useMutation({
    mutationFn: ({ text }: Chosen) => importCatalog(text, false),
    onSuccess: () => changedTerms(client),
  });
  const choose = async (file: File | null): Promise<void> => {
    if (file === null) return;
    const next = { name: file.name, text: await file.text() };
    write.reset();
    setChosen(next);
    look.mutate(next);
  };
  const putAway = (): void => {
    setChosen(null);
    look.reset();
    write.reset();
  };
  return (
    <section className={classes['panel']} aria-labelledby="upload">
      <h2 id="upload">Bring one back</h2>
      <Text c="dimmed" mb="sm">
        You see what it would change before anything is written. What the file does not mention stays; a wrong file is
        refused with its line.
      </Text>
      <FileButton accept=".yaml,.yml,application/yaml" onChange={(file) => void choose(file)}>
        {(props) => (
          <Button {...props} variant="default" leftSection={<IconUpload size={16} />} loading={look.isPending}>
            Choose a file
          </Button>
        )}
      </FileButton>
      {chosen !== null && <Text mt="sm">{chosen.name}</Text>}
      <ProblemNote problem={look.error ?? write.error} />
      {chosen !== null && look.data !== undefined && (
        <Preview
          looked={look.data}
          written={write.data !== undefined}
          pending={write.isPending}
          onWrite={() => write.mutate(chosen)}
          onPutAway={putAway}
        />
      )}
    </section>
  );
}

function Preview({
  looked: { source, changes },
  written,
  pending,
  onWrite,
  onPutAway,
}: {
  looked: Imported;
  written: boolean;
  pending: boolean;
  onWrite: () => void;
  onPutAway: () => void;
}) {
  if (changes.length === 0)
    return (
      <Text role="status" mt="sm">
        {source} says all of it already: nothing to write.
      </Text>
    );
  return (
    <>
      <Text role="status" mt="sm" mb="xs">
        {written
          ? `${count(changes.length, 'change')} written to ${source}.`
          : `${count(changes.length, 'change')} to ${source}; nothing is written yet.`}
      </Text>
      <ChangeList changes={changes} />
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onPutAway}>
          {written ? 'Close' : 'Cancel'}
        </Button>
        {!written && (
          <Button onClick={onWrite} loading={pending}>
            Write {count(changes.length, 'change')}
          </Button>
        )}
      </Group>
    </>
  );
}
