import { Anchor, Button, Skeleton, Stack } from '@mantine/core';
import { IconDownload, IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { certificateQuery, useMay } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { saveAs } from '../../components/save-as.ts';
import { Scene } from '../../components/scene.tsx';
import { CertificatePage } from './certificate-page.tsx';
import { useLightPrint } from './use-light-print.ts';

/** While it is pending it is read again now and then, to see it become final. */
const PENDING_EVERY_MS = 30_000;

/** One erasure, for somebody who has never seen one: to read, to print, and to take away as the file that proves it. */
export function CertificateScene() {
  const { erasure: id } = useParams({ from: '/inside/audit/erasures/$erasure' });
  const mayRead = useMay('ledger.read');
  const certificate = useQuery({
    ...certificateQuery(id),
    enabled: mayRead,
    refetchInterval: ({ state }) => (state.data?.shown.erasure.status === 'pending' ? PENDING_EVERY_MS : false),
  });
  useLightPrint();
  const held = certificate.data;
  const fileName = `erasure-${id}.json`;
  return (
    <Scene
      title={held === undefined ? 'Erasure' : `Erasure of a ${held.shown.erasure.kind}`}
      says="What was erased, and what the audit log shows of it. The file behind this page is the proof."
      above={
        mayRead && (
          <Anchor component={Link} to="/audit/erasures" size="sm" data-print="no">
            All erasures
          </Anchor>
        )
      }
      actions={
        (mayRead || held !== undefined) && (
          <>
            <Button
              variant="default"
              leftSection={<IconPrinter size={16} />}
              disabled={held === undefined}
              onClick={() => window.print()}
            >
              Print
            </Button>
            <Button
              leftSection={<IconDownload size={16} />}
              disabled={held === undefined}
              onClick={() => held !== undefined && saveAs(fileName, held.bytes)}
            >
              Download certificate
            </Button>
          </>
        )
      }
    >
      {mayRead && certificate.isPending && <Waiting />}
      {certificate.isError && <ProblemNote problem={certificate.error} onRetry={() => void certificate.refetch()} />}
      {!mayRead && held === undefined && (
        <EmptyState says="A certificate is shown once to whoever erased something; later an admin can open it and hand it on.">
          {null}
        </EmptyState>
      )}
      {held !== undefined && <CertificatePage certificate={held.shown} fileName={fileName} mayRead={mayRead} />}
    </Scene>
  );
}

/** As high as what comes. */
function Waiting() {
  return (
    <Stack gap="md">
      {[76, 92, 640].map((height) => (
        <Skeleton key={height} height={height} radius="md" />
      ))}
    </Stack>
  );
}
