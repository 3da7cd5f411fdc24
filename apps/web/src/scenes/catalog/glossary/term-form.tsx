import { Button, Group, MultiSelect, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { Term } from '@strongroom/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { tablesQuery } from '../../../api/queries.ts';
import { addTerm, changeTerm } from '../../../api/verbs.ts';
import { ProblemNote } from '../../../components/problem-note.tsx';
import { useFormInPlace } from '../../../components/use-form-in-place.ts';
import { changedTerms } from './changed-terms.ts';

/** Of a new term, null, or of one that is there. Escape gives it up. */
export function TermForm({ term, onDone }: { term: Term | null; onDone: () => void }) {
  const client = useQueryClient();
  const form = useFormInPlace(onDone);
  const tables = useQuery(tablesQuery);
  const [name, setName] = useState(term?.name ?? '');
  const [definition, setDefinition] = useState(term?.definition ?? '');
  const [synonyms, setSynonyms] = useState([...(term?.synonyms ?? [])]);
  const [links, setLinks] = useState([...(term?.links ?? [])]);
  const save = useMutation({
    mutationFn: () => {
      const draft = { name: name.trim(), definition: definition.trim(), synonyms, links };
      if (term === null) return addTerm(draft);
      const { links: wanted, ...words } = draft;
      return changeTerm(term.id, sameLinks(wanted, term.links) ? words : draft);
    },
    onSuccess: async () => {
      await changedTerms(client);
      onDone();
    },
  });
  const places = (tables.data ?? []).flatMap((table) => [
    table.resource,
    ...table.columns.map((column) => `${table.resource}.${column.name}`),
  ]);
  return (
    <form
      ref={form}
      aria-label={term === null ? 'Add a term' : `Change ${term.name}`}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Term"
          maxLength={100}
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          label="Definition"
          description="What it means here, in a sentence or two"
          autosize
          minRows={2}
          maxRows={10}
          maxLength={2000}
          required
          value={definition}
          onChange={(event) => setDefinition(event.currentTarget.value)}
        />
        <TagsInput
          label="Synonyms"
          description="Other words people use for it"
          maxTags={20}
          value={synonyms}
          onChange={setSynonyms}
        />
        <MultiSelect
          label="About"
          description={
            term !== null && term.links.length > 0
              ? 'Tables and columns; it stays linked to one at least'
              : 'Tables and columns; then only who may see one of them sees the term. Without any, everybody does'
          }
          searchable
          limit={6}
          data={[...new Set([...places, ...links])]}
          value={links}
          onChange={setLinks}
          nothingFoundMessage="Nothing you may see goes by that name"
        />
        <ProblemNote problem={save.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {term === null ? 'Add' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function sameLinks(one: readonly string[], other: readonly string[]): boolean {
  return one.toSorted().join('\n') === other.toSorted().join('\n');
}
