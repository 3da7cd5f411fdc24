import { Button, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { termsQuery, useMay } from '../../../api/queries.ts';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ProblemNote } from '../../../components/problem-note.tsx';
import { Scene } from '../../../components/scene.tsx';
import { CatalogTabs } from '../catalog-tabs.tsx';
import classes from './glossary.module.css';
import { TermEntry } from './term-entry.tsx';
import { TermForm } from './term-form.tsx';
import { says } from './says.ts';

/** What words mean here. */
export function GlossaryScene() {
  const terms = useQuery(termsQuery);
  const mayDescribe = useMay('catalog.describe');
  /** Id of the term that a search led to. */
  const sought = useLocation({ select: ({ hash }) => hash });
  const [words, setWords] = useState('');
  const [adding, setAdding] = useState(false);
  const shown = (terms.data ?? []).filter((term) => says(term, words));
  return (
    <Scene
      title="Catalog"
      says="What words mean here. A term that is linked is seen by who may see one of the things it is linked to."
      actions={
        mayDescribe &&
        !adding &&
        (terms.data?.length ?? 0) > 0 && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
            Add a term
          </Button>
        )
      }
    >
      <CatalogTabs />
      {adding && (
        <section className={classes['panel']} aria-label="New term">
          <TermForm term={null} onDone={() => setAdding(false)} />
        </section>
      )}
      {terms.isPending && (
        <Stack gap={8}>
          {[1, 2, 3].map((key) => (
            <Skeleton key={key} height={72} radius="md" />
          ))}
        </Stack>
      )}
      {terms.isError && <ProblemNote problem={terms.error} onRetry={() => void terms.refetch()} />}
      {terms.data?.length === 0 && !adding && (
        <EmptyState says="A term says what a word means where you work, such as “turnover” or “active customer”. Questions that use the word then find the right table.">
          {mayDescribe && <Button onClick={() => setAdding(true)}>Add the first term</Button>}
        </EmptyState>
      )}
      {(terms.data?.length ?? 0) > 0 && (
        <>
          <TextInput
            aria-label="Search the glossary"
            placeholder="Search terms, synonyms and definitions"
            leftSection={<IconSearch size={16} />}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
            mb="md"
            maw={480}
          />
          {shown.length === 0 && <Text c="dimmed">No term you may see says “{words.trim()}”. Try a shorter word.</Text>}
          <ul className={classes['terms']} aria-label="Terms">
            {shown.map((term) => (
              <TermEntry key={term.id} term={term} mayDescribe={mayDescribe} sought={sought === term.id} />
            ))}
          </ul>
        </>
      )}
    </Scene>
  );
}
