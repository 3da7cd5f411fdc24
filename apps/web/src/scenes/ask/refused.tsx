import { Button } from '@mantine/core';
import { useMay } from '../../api/queries.ts';
import { ButtonLink } from '../../components/button-link.tsx';
import { refusalOf } from './refusal.ts';
import classes from './refused.module.css';
import type { Way } from './way.ts';

/** Stopped by a right, a switch or a policy: which of them, in words that none could read as "there is no data". */
export function Refused({ way, onAgain }: { way: Way; onAgain: () => void }) {
  const maySwitch = useMay('workspace.manage');
  const mayManage = useMay('sources.manage');
  const { stopped, source } = way;
  const refusal = refusalOf(stopped);
  if (stopped === null || refusal === null) return null;
  const { code, requestId } = stopped.problem;
  return (
    <div className={classes['refused']} data-denied={code === 'query/denied'} role="alert">
      <h2 className={classes['title']}>{refusal.title}</h2>
      <p>{refusal.says}</p>
      <div className={classes['next']}>
        {code === 'query/denied' && (
          <ButtonLink to="/catalog" variant="default" size="xs">
            See what you may ask about
          </ButtonLink>
        )}
        {code === 'query/run_sql_off' && maySwitch && (
          <ButtonLink to="/settings" hash="run-sql" variant="default" size="xs">
            Go to the switch
          </ButtonLink>
        )}
        {code === 'query/policy_broken' && mayManage && source !== null && (
          <ButtonLink to="/sources/$source" params={{ source }} hash="policy" variant="default" size="xs">
            Go to its policy
          </ButtonLink>
        )}
        {code === 'query/rights_changed' && (
          <Button variant="default" size="xs" onClick={onAgain}>
            Ask again
          </Button>
        )}
      </div>
      <p className={classes['code']}>
        {code}
        {requestId !== undefined && ` · request ${requestId}`}
      </p>
    </div>
  );
}
