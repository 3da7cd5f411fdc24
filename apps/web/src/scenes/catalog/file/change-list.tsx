import type { CatalogChange } from '@strongroom/protocol';
import classes from './file.module.css';

/** What becomes another, by what it is about. */
export function ChangeList({ changes }: { changes: readonly CatalogChange[] }) {
  const groups = [...Map.groupBy(changes, ({ on }) => on)];
  return (
    <ul className={classes['changes']} aria-label="Changes">
      {groups.map(([on, members]) => (
        <li key={on}>
          <strong>{on}</strong>
          <dl>
            {members.map(({ member, before, after }) => (
              <div key={member}>
                <dt>{member}</dt>
                <dd>
                  {before !== null && <del>{before}</del>}
                  {after === null ? <span className={classes['nothing']}>nothing</span> : <ins>{after}</ins>}
                </dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}
