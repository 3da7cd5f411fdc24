import { IconEyeOff, IconFilter } from '@tabler/icons-react';
import { sentence } from '../words.ts';
import classes from './rule-list.module.css';
import { readRules } from './rules.ts';

/** Each rule that changed the SQL by its name; those of the policy first, since they decide what is seen. */
export function RuleList({ rules }: { rules: readonly string[] }) {
  const { filtered, masked, others } = readRules(rules);
  if (rules.length === 0) return <p>No rule had to change it.</p>;
  const byPolicy = filtered.length + masked.length > 0;
  return (
    <>
      {byPolicy && (
        <>
          <p className={classes['label']}>By the policy of the source</p>
          <ul className={classes['policy']} aria-label="By the policy of the source">
            {filtered.map((table) => (
              <li key={table}>
                <IconFilter size={16} stroke={1.6} aria-hidden />
                <span>
                  Rows of <code>{table}</code> filtered
                </span>
              </li>
            ))}
            {masked.map(({ column, how }) => (
              <li key={column}>
                <IconEyeOff size={16} stroke={1.6} aria-hidden />
                <span>
                  <code>{column}</code> masked: {how}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {others.length > 0 && (
        <>
          {byPolicy && <p className={classes['label']}>As with any SQL</p>}
          <ul className={classes['others']}>
            {others.map((rule) => (
              <li key={rule}>{sentence(rule)}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
