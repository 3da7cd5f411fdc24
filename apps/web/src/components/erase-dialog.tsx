import { Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { ProblemError } from '@strongroom/protocol';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { HeldCertificate } from '../api/certificate.ts';
import { erasuresQuery, keepCertificate } from '../api/queries.ts';
import type { EraseWhen } from '../api/verbs.ts';
import classes from './erase-dialog.module.css';
import { ProblemNote } from './problem-note.tsx';

type EraseProps = {
  opened: boolean;
  title: string;
  /** What has to be typed. */ name: string;
  goes: readonly string[];
  stays: readonly string[];
  erase: (when: EraseWhen) => Promise<HeldCertificate>;
  /** What lists it are read again once its certificate is shown. */ onErased: () => unknown;
  onClose: () => void;
};

/** Before an erasure: what goes, what stays, when, and its name to type. Afterwards: its certificate. */
export function EraseDialog({ opened, onClose, title, ...rest }: EraseProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <EraseForm onClose={onClose} {...rest} />
    </Modal>
  );
}

function EraseForm({ name, goes, stays, erase, onErased, onClose }: Omit<EraseProps, 'opened' | 'title'>) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [when, setWhen] = useState<EraseWhen>('now');
  const erasing = useMutation({
    mutationFn: async () => erase(when).catch(forgiveNoKey),
    onSuccess: async (held) => {
      if (held === null) await navigate({ to: '/audit/erasures' });
      else {
        keepCertificate(client, held);
        await navigate({ to: '/audit/erasures/$erasure', params: { erasure: held.shown.erasure.id } });
      }
      // The button that opened the dialog is gone: whoever uses the keyboard goes on from the page.
      document.getElementById('main')?.focus();
      await Promise.all([client.invalidateQueries({ queryKey: erasuresQuery.queryKey, exact: true }), onErased()]);
    },
  });
  // While the dialog fades out it may have no name any more.
  const isNamed = name !== '' && typed.trim().toLowerCase() === name.toLowerCase();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isNamed && !erasing.isPending) erasing.mutate();
      }}
    >
      <Stack gap="md">
        <div className={classes['both']}>
          <Words title="What goes" words={goes} tone="goes" />
          <Words title="What stays" words={stays} tone="stays" />
        </div>
        <Radio.Group label="Old copies of the database" value={when} onChange={(next) => setWhen(next)}>
          <Stack gap={8} mt={8}>
            <Radio value="now" label="Stop opening now" description="The certificate is final at once" />
            <Radio
              value="later"
              label="Stop opening within a day"
              description="The certificate stays pending until then; lighter when you erase many"
            />
          </Stack>
        </Radio.Group>
        <TextInput
          label={
            <>
              Type <code className={classes['name']}>{name}</code> to confirm
            </>
          }
          description="This cannot be taken back, by anybody"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
        />
        <ProblemNote problem={erasing.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Keep
          </Button>
          <Button type="submit" color="red.8" disabled={!isNamed} loading={erasing.isPending}>
            Erase
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Words({ title, words, tone }: { title: string; words: readonly string[]; tone: 'goes' | 'stays' }) {
  return (
    <section data-tone={tone}>
      <h3>{title}</h3>
      <ul>
        {words.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}

/** Erased all the same: nothing of it had a key, so there is nothing that a certificate could show. */
function forgiveNoKey(problem: unknown): null {
  if (problem instanceof ProblemError && problem.code === 'lifecycle/nothing_to_certify') return null;
  throw problem;
}
