import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { erasuresQuery, useMay } from '../../api/queries.ts';
import { ButtonLink } from '../../components/button-link.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { RecordTable } from '../../components/record-table.tsx';
import { Scene } from '../../components/scene.tsx';
import { AuditTabs } from './audit-tabs.tsx';
import { ErasureRow } from './erasure-row.tsx';

/** What was erased. By id alone: its name went with it. */
export function ErasuresScene() {
  const erasures = useQuery(erasuresQuery);
  const mayErasePeople = useMay('people.manage');
  return (
    <Scene
      title="Audit"
      says="What was erased, each with a certificate that anybody can check without this server. Names are not kept."
      wide
    >
      <AuditTabs />
      {erasures.isPending && <Skeleton height={240} radius="md" />}
      {erasures.isError && <ProblemNote problem={erasures.error} onRetry={() => void erasures.refetch()} />}
      {erasures.data?.length === 0 && (
        <EmptyState says="Nothing was erased yet. Erase a person or a source, and its certificate appears here.">
          <ButtonLink to={mayErasePeople ? '/people' : '/sources'} variant="default">
            {mayErasePeople ? 'Go to People' : 'Go to Sources'}
          </ButtonLink>
        </EmptyState>
      )}
      {erasures.data !== undefined && erasures.data.length > 0 && (
        <RecordTable label="Erasures" heads={['What', 'State', 'Asked for', 'Final', 'Keys destroyed', 'Id it had']}>
          {erasures.data.map((erasure) => (
            <ErasureRow key={erasure.id} erasure={erasure} />
          ))}
        </RecordTable>
      )}
    </Scene>
  );
}
