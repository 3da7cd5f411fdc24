import { Button, Modal } from '@mantine/core';
import type { Person } from '@strongroom/protocol';
import { useMutation } from '@tanstack/react-query';
import { linkPerson } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { SecretOnce } from '../../components/secret-once.tsx';

/** A fresh one-time link for somebody, with the evaluation sign-in. */
export function NewLink({ person }: { person: Person }) {
  const link = useMutation({ mutationFn: () => linkPerson(person.id), gcTime: 0 });
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="xs"
        loading={link.isPending}
        aria-label={`New link for ${person.name}`}
        onClick={() => link.mutate()}
      >
        New link
      </Button>
      <Modal
        opened={link.isSuccess || link.isError}
        onClose={link.reset}
        title={`Sign-in link for ${person.name}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <ProblemNote problem={link.error} />
        {typeof link.data?.link === 'string' && (
          <SecretOnce
            says="It works once, for ten minutes, and is not shown again. If they have signed in before, it does not open their earlier questions."
            secret={link.data.link}
          />
        )}
      </Modal>
    </>
  );
}
