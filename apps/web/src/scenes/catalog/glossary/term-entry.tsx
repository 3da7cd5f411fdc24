import { ActionIcon, Badge, Group, Text } from '@mantine/core';
import type { Term } from '@strongroom/protocol';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { removeTerm } from '../../../api/verbs.ts';
import { Confirm } from '../../../components/confirm.tsx';
import classes from './glossary.module.css';
import { TermForm } from './term-form.tsx';
import { changedTerms } from './changed-terms.ts';

export function TermEntry({ term, mayDescribe, sought }: { term: Term; mayDescribe: boolean; sought: boolean }) {
  const client = useQueryClient();
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  const item = useRef<HTMLLIElement>(null);
  const remove = useMutation({ mutationFn: () => removeTerm(term.id), onSuccess: () => changedTerms(client) });
  useEffect(() => {
    if (sought) item.current?.scrollIntoView({ block: 'center' });
  }, [sought]);
  if (editing)
    return (
      <li className={classes['panel']} ref={item}>
        <TermForm term={term} onDone={() => setEditing(false)} />
      </li>
    );
  return (
    <li className={classes['term']} ref={item} data-sought={sought}>
      <div className={classes['words']}>
        <h2 className={classes['name']}>{term.name}</h2>
        <Text className={classes['definition'] ?? ''}>{term.definition}</Text>
        {term.synonyms.length > 0 && (
          <Group gap={4} mt={4}>
            {term.synonyms.map((synonym) => (
              <Badge key={synonym} color="gray">
                {synonym}
              </Badge>
            ))}
          </Group>
        )}
        <Text size="xs" c="dimmed" mt={4} className={classes['definition'] ?? ''}>
          {term.links.length === 0 ? 'Everybody in the workspace sees it' : 'About '}
          {term.links.map((link, index) => (
            <span key={link}>
              {index > 0 && ', '}
              <Link to="/catalog" search={{ table: link, words: undefined }}>
                {link}
              </Link>
            </span>
          ))}
        </Text>
      </div>
      {mayDescribe && (
        <Group gap={4} wrap="nowrap">
          <ActionIcon aria-label={`Change ${term.name}`} onClick={() => setEditing(true)}>
            <IconPencil size={16} />
          </ActionIcon>
          <ActionIcon aria-label={`Remove ${term.name}`} onClick={() => setRemoving(true)}>
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      )}
      <Confirm
        opened={removing}
        title={`Remove “${term.name}”?`}
        says="It goes for everybody who sees it, with its synonyms. The tables and columns it is about stay as they are."
        action="Remove"
        pending={remove.isPending}
        problem={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setRemoving(false)}
      />
    </li>
  );
}
