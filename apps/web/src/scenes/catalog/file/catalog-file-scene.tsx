import { useMay } from '../../../api/queries.ts';
import { Scene } from '../../../components/scene.tsx';
import { CatalogTabs } from '../catalog-tabs.tsx';
import { Download } from './download.tsx';
import { Upload } from './upload.tsx';

/** What people wrote about a source, as a file that goes into a repository and comes back. */
export function CatalogFileScene() {
  const mayDescribe = useMay('catalog.describe');
  return (
    <Scene
      title="Catalog"
      says="What people wrote about a source, as a YAML file: keep it in a repository, review it, bring it back."
    >
      <CatalogTabs />
      <Download />
      {mayDescribe && <Upload />}
    </Scene>
  );
}
