import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { emailSchema, type Role } from '@strongroom/protocol';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { peopleQuery } from '../../api/queries.ts';
import { invitePerson } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { SecretOnce } from '../../components/secret-once.tsx';

const ROLES: { value: Role; label: string }[] = [
  { value: 'viewer', label: 'Viewer: asks what is shared with them' },
  { value: 'editor', label: 'Editor: also describes the catalog' },
  { value: 'admin', label: 'Admin: manages sources, people and reads the audit log' },
];

/** Invites by email address; with the evaluation sign-in it shows the one-time link, once. */
export function Invite({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const invite = useMutation({
    mutationFn: invitePerson,
    onSuccess: () => client.invalidateQueries({ queryKey: peopleQuery.queryKey }),
  });
  const close = (): void => {
    if (invite.isSuccess) {
      setEmail('');
      setName('');
    }
    invite.reset();
    onClose();
  };
  const valid = emailSchema.safeParse(email.trim()).success;
  return (
    <Modal opened={opened} onClose={close} title="Invite a person" closeButtonProps={{ 'aria-label': 'Close' }}>
      {invite.data === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (valid)
              invite.mutate({ email: email.trim(), role, ...(name.trim() === '' ? {} : { name: name.trim() }) });
          }}
        >
          <Stack gap="md">
            <TextInput
              label="Email address"
              type="email"
              autoComplete="off"
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
              required
              data-autofocus
            />
            <TextInput
              label="Name"
              autoComplete="off"
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Select label="Role" data={ROLES} value={role} onChange={(next) => next !== null && setRole(next)} />
            <ProblemNote problem={invite.error} />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" disabled={!valid} loading={invite.isPending}>
                Invite
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Stack gap="md">
          {invite.data.link === null ? (
            `${invite.data.person.email} can sign in now with the organisation’s own sign-in.`
          ) : (
            <SecretOnce
              says={`Give this link to ${invite.data.person.email}. It works once, for ten minutes, and is not shown again.`}
              secret={invite.data.link}
            />
          )}
          <Group justify="flex-end">
            <Button onClick={close}>Done</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
