import { Button } from '@mantine/core';
import type { DrillReport, VaultStatus } from '@strongroom/protocol';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { vaultQuery } from '../../api/queries.ts';
import { drillVault, endEpochs, rotateVaultKey } from '../../api/verbs.ts';
import { Confirm } from '../../components/confirm.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { count, number } from '../../components/words.ts';
import classes from './keys-card.module.css';

/** What an admin can do with the keys: each says first what it does, and afterwards what came of it. */
export function KeyActs({ status }: { status: VaultStatus }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState<'rotate' | 'finish' | null>(null);
  const close = (): void => setAsking(null);
  // What they change is read again before they are called done.
  const onSuccess = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: vaultQuery.queryKey });
    close();
  };
  const drill = useMutation({ mutationFn: drillVault });
  const rotate = useMutation({ mutationFn: rotateVaultKey, onSuccess });
  const finish = useMutation({
    mutationFn: endEpochs,
    onSuccess: () => Promise.all([onSuccess(), client.invalidateQueries({ queryKey: ['certificates'] })]),
  });
  return (
    <ul className={classes['acts']}>
      <Act
        says="Opens every data key on a shadow of a rotation, compares it, and keeps nothing of it."
        result={drill.data !== undefined && <Drilled report={drill.data} />}
        problem={drill.error}
      >
        <Button variant="default" loading={drill.isPending} onClick={() => drill.mutate()}>
          Rehearse
        </Button>
      </Act>
      <Act
        says="Makes a new workspace key and wraps every data key under it. No data is touched, and everything goes on."
        result={
          rotate.isSuccess &&
          `Workspace key No. ${number(status.keyVersion)} wraps every data key; the one before is gone.`
        }
      >
        <Button variant="default" onClick={() => setAsking('rotate')}>
          Rotate workspace key
        </Button>
      </Act>
      <Act
        says={
          status.pending.count === 0
            ? 'Makes pending erasures final. None is pending.'
            : 'Makes pending erasures final now, not within a day.'
        }
        result={finish.isSuccess && 'Old copies are closed. Certificates say final within ten minutes.'}
      >
        <Button variant="default" disabled={status.pending.count === 0} onClick={() => setAsking('finish')}>
          Finish erasures now
        </Button>
      </Act>
      <Confirm
        opened={asking === 'rotate'}
        title="Rotate the workspace key?"
        says={`${count(status.objects, 'data key')} will be wrapped under a new workspace key, and the present one destroyed. Rehearse first when you are not sure that all of them open.`}
        action="Rotate"
        keep="Not now"
        pending={rotate.isPending}
        problem={rotate.error}
        onConfirm={() => rotate.mutate()}
        onClose={close}
      />
      <Confirm
        opened={asking === 'finish'}
        title="Finish erasures now?"
        says="The secrets of all epochs until now are destroyed. Backups of the database from before then open nothing, so it can’t be set back to one of them."
        action="Finish now"
        keep="Not now"
        pending={finish.isPending}
        problem={finish.error}
        onConfirm={() => finish.mutate()}
        onClose={close}
      />
    </ul>
  );
}

type ActProps = { says: string; result: ReactNode; problem?: unknown; children: ReactNode };

function Act({ says, result, problem, children }: ActProps) {
  return (
    <li>
      <div className={classes['act']}>
        <p>{says}</p>
        {children}
      </div>
      <ProblemNote problem={problem} />
      <div role="status" className={classes['result']}>
        {result}
      </div>
    </li>
  );
}

function Drilled({ report: { objects, damaged, seconds } }: { report: DrillReport }) {
  const opened = `${count(objects, 'key')} opened in ${seconds.toFixed(2)} s`;
  if (damaged.length === 0) return `${opened}; none is damaged.`;
  return (
    <span className={classes['damaged']}>
      {opened}; {number(damaged.length)} did not: <code>{damaged.join(', ')}</code>
    </span>
  );
}
