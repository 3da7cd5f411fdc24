import { Button, Skeleton, Table, Text } from '@mantine/core';
import type { PersonHolding } from '@strongroom/protocol';
import { IconDownload } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { holdingsQuery, useMay } from '../../api/queries.ts';
import { exportMe } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { RecordTable } from '../../components/record-table.tsx';
import { saveAs } from '../../components/save-as.ts';
import { count, sentence } from '../../components/words.ts';
import classes from './kept-about-you.module.css';
import settings from './settings.module.css';

/** Every place that holds something about a person, as the server declares it, and all of one's own to take away. */
export function KeptAboutYou() {
  const holdings = useQuery(holdingsQuery);
  // Not with a link that somebody else made: what is theirs alone stays closed then.
  const mayTakeAway = useMay('own');
  const takeAway = useMutation({
    mutationFn: exportMe,
    onSuccess: (zip) => saveAs('strongroom-about-me.zip', zip),
    gcTime: 0,
  });
  return (
    <section className={settings['panel']} aria-labelledby="kept">
      <h2 id="kept">What is kept about you</h2>
      <div className={settings['row']}>
        <Text c="dimmed" flex="1 1 320px">
          Every place that holds something about a person. Rows of an answer are in none of them.
        </Text>
        {mayTakeAway && (
          <Button
            variant="default"
            leftSection={<IconDownload size={16} />}
            loading={takeAway.isPending}
            onClick={() => takeAway.mutate()}
          >
            Download all of mine
          </Button>
        )}
      </div>
      <ProblemNote problem={takeAway.error} />
      <div className={classes['table']}>
        {holdings.isPending && <Skeleton height={720} radius="md" />}
        {holdings.isError && <ProblemNote problem={holdings.error} onRetry={() => void holdings.refetch()} />}
        {holdings.data !== undefined && (
          <RecordTable label="What is kept about you" heads={['What', 'Why', 'How long', 'When you are erased']}>
            {holdings.data.map((holding) => (
              <HoldingRow key={holding.place} holding={holding} />
            ))}
          </RecordTable>
        )}
      </div>
    </section>
  );
}

function HoldingRow({ holding: { place, what, why, howLong, fields, erased } }: { holding: PersonHolding }) {
  return (
    <Table.Tr className={classes['row'] ?? ''}>
      <Table.Td className={classes['what'] ?? ''}>
        {sentence(what)}
        <details>
          <summary>
            {count(fields.length, 'field')} in {place}
          </summary>
          <dl>
            {fields.map((field) => [
              <dt key={`${field.name}-name`}>{field.name}</dt>,
              <dd key={field.name}>{field.what}</dd>,
            ])}
          </dl>
        </details>
      </Table.Td>
      <Table.Td data-label="Why">{sentence(why)}</Table.Td>
      <Table.Td data-label="How long">{sentence(howLong)}</Table.Td>
      <Table.Td data-label="When you are erased">{sentence(erased)}</Table.Td>
    </Table.Tr>
  );
}
