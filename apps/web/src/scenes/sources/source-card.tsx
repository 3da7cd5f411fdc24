import type { Source } from '@strongroom/protocol';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconDatabase,
  IconFileSpreadsheet,
  IconLoader,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { ago, count, sentence } from '../../components/words.ts';
import classes from './sources.module.css';

export function SourceCard({ source }: { source: Source }) {
  const Icon = source.kind === 'file' ? IconFileSpreadsheet : IconDatabase;
  return (
    <Link to="/sources/$source" params={{ source: source.name }} className={classes['card']}>
      <span className={classes['icon']}>
        <Icon size={20} stroke={1.6} aria-hidden />
      </span>
      <span>
        <span className={classes['name']}>{source.name}</span>
        <br />
        <span className={classes['where']}>{source.location}</span>
      </span>
      <span className={classes['facts']}>
        <Status source={source} />
        <br />
        {count(source.tables, 'table')} · read {ago(source.refreshedAt)}
      </span>
      {source.warnings.length > 0 && (
        <Warning
          text={
            source.warnings.length === 1
              ? sentence(source.warnings[0] ?? '')
              : `${count(source.warnings.length, 'warning')}: ${source.warnings.join(', ')}.`
          }
        />
      )}
    </Link>
  );
}

export function Warning({ text }: { text: string }) {
  return (
    <span className={classes['warning']}>
      <IconAlertTriangle size={16} aria-hidden />
      <span>{text}</span>
    </span>
  );
}

export function Status({ source }: { source: Source }) {
  const [Icon, words] =
    source.status === 'ready'
      ? ([IconCircleCheck, 'ready'] as const)
      : source.status === 'unavailable'
        ? ([IconCircleX, 'cannot be reached'] as const)
        : ([IconLoader, 'reading its tables'] as const);
  return (
    <span className={classes['status']} data-status={source.status}>
      <Icon size={16} aria-hidden />
      {words}
    </span>
  );
}
