import { Skeleton, Text } from '@mantine/core';
import type { VaultStatus } from '@strongroom/protocol';
import { IconCheck, IconClock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { vaultQuery } from '../../api/queries.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { ago, count, number } from '../../components/words.ts';
import { KeyActs } from './key-acts.tsx';
import classes from './keys-card.module.css';
import settings from './settings.module.css';

const HOLDERS: Readonly<Record<string, string>> = {
  'local-file': 'the key file on this server',
  transit: 'a transit engine, outside this server',
};

/** Who holds the keys, how many there are, whether every erasure is final, and what an admin can do about it. */
export function KeysCard() {
  const vault = useQuery(vaultQuery);
  return (
    <section className={settings['panel']} aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <Text c="dimmed" mb="md">
        Each thing is sealed under a data key of its own. To open one takes the workspace key, and a secret that the key
        holder keeps outside the database and changes with every epoch.
      </Text>
      {vault.isPending && <Skeleton height={360} />}
      {vault.isError && <ProblemNote problem={vault.error} onRetry={() => void vault.refetch()} />}
      {vault.data !== undefined && (
        <>
          <Facts status={vault.data} />
          <KeyActs status={vault.data} />
        </>
      )}
    </section>
  );
}

function Facts({ status: { holder, keyVersion, epoch, objects, pending } }: { status: VaultStatus }) {
  const isPending = pending.count > 0;
  const Icon = isPending ? IconClock : IconCheck;
  return (
    <dl className={classes['facts']}>
      <dt>Key holder</dt>
      <dd>{HOLDERS[holder] ?? holder}</dd>
      <dt>Data keys</dt>
      <dd>{number(objects)}</dd>
      <dt>Workspace key</dt>
      <dd>No. {number(keyVersion)}</dd>
      <dt>Epoch</dt>
      <dd>{number(epoch)}</dd>
      <dt>Destroyed keys</dt>
      <dd className={classes['destroyed']} data-pending={isPending}>
        <Icon size={14} aria-hidden />
        {isPending
          ? `${count(pending.count, 'destruction')} pending; the oldest was asked for ${ago(pending.since)}`
          : 'every destruction is final'}
      </dd>
    </dl>
  );
}
