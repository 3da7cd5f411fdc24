import { Link } from '@tanstack/react-router';
import { PageTabs } from '../../components/page-tabs.tsx';

export function CatalogTabs() {
  return (
    <PageTabs label="Catalog">
      <Link to="/catalog" activeOptions={{ exact: true, includeSearch: false }}>
        Tables
      </Link>
      <Link to="/catalog/glossary" activeOptions={{ exact: true }}>
        Glossary
      </Link>
      <Link to="/catalog/file" activeOptions={{ exact: true }}>
        As a file
      </Link>
    </PageTabs>
  );
}
