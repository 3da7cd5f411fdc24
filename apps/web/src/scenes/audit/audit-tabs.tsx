import { Link } from '@tanstack/react-router';
import { PageTabs } from '../../components/page-tabs.tsx';

export function AuditTabs() {
  return (
    <PageTabs label="Audit">
      <Link to="/audit" activeOptions={{ exact: true, includeSearch: false }}>
        Entries
      </Link>
      <Link to="/audit/erasures" activeOptions={{ exact: true }}>
        Erasures
      </Link>
    </PageTabs>
  );
}
