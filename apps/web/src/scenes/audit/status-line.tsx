import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { readLedgerStatus } from '../../api/verbs.ts';
import classes from './audit.module.css';
import { describeStatus } from './describe-status.ts';

/** How far the log is signed and witnessed, as the server says; whoever must know verifies an export. */
export function StatusLine() {
  const status = useQuery({
    queryKey: ['ledger-status'],
    queryFn: ({ signal }) => readLedgerStatus({ signal }),
    staleTime: 5_000,
    refetchInterval: 15_000,
  });
  if (status.data === undefined) return null;
  const { text, isWorrying } = describeStatus(status.data);
  return (
    <p className={classes['status']} data-worrying={isWorrying} role={isWorrying ? 'alert' : undefined}>
      {isWorrying && <IconAlertTriangle size={14} aria-hidden />}
      {text}
    </p>
  );
}
