import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './record-table.module.css';

type RecordTableProps = { label: string; heads: readonly string[]; children: ReactNode };

/** A plain table of things; on a phone each row becomes a block and the header is only read aloud. */
export function RecordTable({ label, heads, children }: RecordTableProps) {
  return (
    <div className={classes['frame']}>
      <Table
        aria-label={label}
        className={classes['table'] ?? ''}
        verticalSpacing={8}
        horizontalSpacing="md"
        highlightOnHover
      >
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head}>
                {head === 'Actions' ? <span className={classes['unseen']}>{head}</span> : head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  );
}
