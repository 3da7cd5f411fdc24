import { Link } from '@tanstack/react-router';
import classes from './audit-tabs.module.css';

/** Two pages with addresses of their own; links, so that they open in a new tab too. */
export function AuditTabs() {
  return (
    <nav className={classes['tabs']} aria-label="Audit">
      <Link to="/audit" activeOptions={{ exact: true, includeSearch: false }}>
        Entries
      </Link>
      <Link to="/audit/erasures" activeOptions={{ exact: true }}>
        Erasures
      </Link>
    </nav>
  );
}
