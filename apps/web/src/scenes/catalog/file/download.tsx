import { Button, Group, Select, Skeleton, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { sourcesQuery } from '../../../api/queries.ts';
import { exportCatalog } from '../../../api/verbs.ts';
import { ButtonLink } from '../../../components/button-link.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ProblemNote } from '../../../components/problem-note.tsx';
import { saveAs } from '../../../components/save-as.ts';
import classes from './file.module.css';

export function Download() {
  const sources = useQuery(sourcesQuery);
  const names = (sources.data ?? []).filter(({ mayQuery }) => mayQuery).map(({ name }) => name);
  const [chosen, setChosen] = useState<string | null>(null);
  const source = chosen ?? names[0] ?? null;
  const download = useMutation({
    mutationFn: exportCatalog,
    onSuccess: ({ source: name, file }) =>
      saveAs(`${name}-catalog.yaml`, new Blob([file], { type: 'application/yaml' })),
  });
  if (sources.isPending) return <Skeleton height={120} radius="md" mb="md" />;
  return (
    <section className={classes['panel']} aria-labelledby="download">
      <h2 id="download">Download</h2>
      {sources.isError && <ProblemNote problem={sources.error} onRetry={() => void sources.refetch()} />}
      {source === null ? (
        <EmptyState says="There is a file for each source that you may ask.">
          <ButtonLink to="/sources">Go to Sources</ButtonLink>
        </EmptyState>
      ) : (
        <>
          <Text c="dimmed" mb="sm">
            Descriptions, tags, owners and terms, as far as you may see them. No names that nobody wrote about, no
            values.
          </Text>
          <Group gap="xs" align="flex-end">
            <Select label="Source" data={names} value={source} onChange={setChosen} allowDeselect={false} />
            <Button
              leftSection={<IconDownload size={16} />}
              loading={download.isPending}
              onClick={() => download.mutate(source)}
            >
              Download
            </Button>
          </Group>
          <ProblemNote problem={download.error} />
        </>
      )}
    </section>
  );
}
