import { Table } from '@mantine/core';
import type { Erasure } from '@strongroom/protocol';
import { Link, useNavigate } from '@tanstack/react-router';
import { moment, number, sentence } from '../../components/words.ts';
import { ErasureMark } from './erasure-mark.tsx';
import classes from './erasures.module.css';

export function ErasureRow({ erasure }: { erasure: Erasure }) {
  const navigate = useNavigate();
  const { id, kind, subject, requestedAt, status, finalAt, keys } = erasure;
  const params = { erasure: id };
  // Without a key there is nothing that a certificate could show.
  const hasCertificate = keys > 0;
  const what = sentence(kind).slice(0, -1);
  return (
    <Table.Tr
      className={classes['row'] ?? ''}
      data-opens={hasCertificate}
      onClick={() => hasCertificate && void navigate({ to: '/audit/erasures/$erasure', params })}
    >
      <Table.Td className={classes['what'] ?? ''}>
        {hasCertificate ? (
          <Link to="/audit/erasures/$erasure" params={params}>
            {what}
          </Link>
        ) : (
          <>
            {what} <span className={classes['none']}>no key, so no certificate</span>
          </>
        )}
      </Table.Td>
      <Table.Td className={classes['state'] ?? ''}>
        <ErasureMark status={status} />
      </Table.Td>
      <Table.Td className={classes['when'] ?? ''}>{moment(requestedAt)}</Table.Td>
      <Table.Td className={classes['final'] ?? ''}>{finalAt === null ? 'within a day' : moment(finalAt)}</Table.Td>
      <Table.Td className={classes['keys'] ?? ''}>{number(keys)}</Table.Td>
      <Table.Td className={classes['id'] ?? ''}>{subject}</Table.Td>
    </Table.Tr>
  );
}
