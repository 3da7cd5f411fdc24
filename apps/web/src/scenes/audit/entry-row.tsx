import { Table } from '@mantine/core';
import type { LedgerEntry } from '@strongroom/protocol';
import { moment, number } from '../../components/words.ts';
import classes from './audit.module.css';
import { ClosedMark } from './closed-mark.tsx';
import { OutcomeMark } from './outcome-mark.tsx';

/** Of a key: its object and its commitment, which nobody reads whole in a list; the entry itself shows both. */
const keyResource = /^([0-9a-f]{8})[0-9a-f-]{28}[.]([0-9a-f]{8})[0-9a-f]{56}$/;

function shortResource(resource: string): string {
  return resource.replace(keyResource, '$1… · $2…');
}

export function EntryRow({ entry, onOpen }: { entry: LedgerEntry; onOpen: () => void }) {
  return (
    <Table.Tr className={classes['row'] ?? ''} data-outcome={entry.outcome} data-state={entry.state} onClick={onOpen}>
      <Table.Td className={classes['position'] ?? ''}>{number(entry.position)}</Table.Td>
      <Table.Td className={classes['when'] ?? ''}>{moment(entry.at)}</Table.Td>
      <Table.Td className={classes['who'] ?? ''}>
        {entry.state === 'open' ? entry.actor.name : <ClosedMark state={entry.state} />}
      </Table.Td>
      <Table.Td className={classes['actionCell'] ?? ''}>
        <button
          type="button"
          className={classes['action']}
          onClick={(event) => {
            event.stopPropagation();
            onOpen();
          }}
        >
          {entry.action}
        </button>
      </Table.Td>
      <Table.Td className={classes['resource'] ?? ''} title={entry.resource ?? ''}>
        {entry.resource === null ? '—' : shortResource(entry.resource)}
      </Table.Td>
      <Table.Td className={classes['outcomeCell'] ?? ''}>
        <OutcomeMark entry={entry} />
      </Table.Td>
      <Table.Td className={classes['from'] ?? ''}>{entry.address ?? '—'}</Table.Td>
    </Table.Tr>
  );
}
