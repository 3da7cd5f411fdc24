import { Button, Skeleton, Stack } from '@mantine/core';
import { IconFileUpload, IconPlugConnected } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { sourcesQuery, useMay } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Scene } from '../../components/scene.tsx';
import { AddFile } from './add-file.tsx';
import { AddDatabase } from './add-database.tsx';
import { SourceCard } from './source-card.tsx';
import classes from './sources.module.css';

type Adding = 'database' | 'file' | null;

export function SourcesScene() {
  const sources = useQuery(sourcesQuery);
  const mayManage = useMay('sources.manage');
  const [adding, setAdding] = useState<Adding>(null);
  const close = (): void => setAdding(null);
  return (
    <Scene
      title="Sources"
      says="Where your data lives. Strongroom reads names and types from here; rows only pass through to whoever asks."
      actions={
        mayManage && (
          <>
            <Button variant="default" leftSection={<IconFileUpload size={16} />} onClick={() => setAdding('file')}>
              Add a file
            </Button>
            <Button leftSection={<IconPlugConnected size={16} />} onClick={() => setAdding('database')}>
              Connect a database
            </Button>
          </>
        )
      }
    >
      {sources.isPending && (
        <Stack gap="sm">
          {[1, 2].map((key) => (
            <Skeleton key={key} height={96} radius="md" />
          ))}
        </Stack>
      )}
      {sources.isError && <ProblemNote problem={sources.error} onRetry={() => void sources.refetch()} />}
      {sources.data?.length === 0 && (
        <EmptyState
          says={
            mayManage
              ? 'Connect a database through a role that may only read, and its tables can be asked about.'
              : 'No source is shared with you yet. An admin can let you or your team query one.'
          }
        >
          {mayManage && <Button onClick={() => setAdding('database')}>Connect a database</Button>}
        </EmptyState>
      )}
      <div className={classes['cards']}>
        {sources.data?.map((source) => (
          <SourceCard key={source.id} source={source} />
        ))}
      </div>
      <AddDatabase opened={adding === 'database'} onClose={close} />
      <AddFile opened={adding === 'file'} onClose={close} />
    </Scene>
  );
}
