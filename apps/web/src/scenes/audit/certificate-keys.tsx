import { Button } from '@mantine/core';
import type { ErasureCertificate } from '@strongroom/protocol';
import { useState } from 'react';
import { number } from '../../components/words.ts';
import classes from './certificate-keys.module.css';
import { EntryNumber } from './entry-number.tsx';

/** So many are shown at first; a person may have thousands, and all are in the file. */
const SHOWN_FIRST = 8;

type KeysProps = { objects: ErasureCertificate['objects']; mayRead: boolean };

/** Each key by its commitment, with the entry of its birth and that of its destruction. */
export function CertificateKeys({ objects, mayRead }: KeysProps) {
  const [all, setAll] = useState(false);
  const shown = all ? objects : objects.slice(0, SHOWN_FIRST);
  const more = objects.length - shown.length;
  return (
    <>
      <table className={classes['keys']}>
        <thead>
          <tr>
            <th scope="col">Key of</th>
            <th scope="col">Fingerprint</th>
            <th scope="col">Made</th>
            <th scope="col">Destroyed</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ id, what, commitment, birth, destruction }) => (
            <tr key={id}>
              <td>{what}</td>
              <td className={classes['print']}>{commitment}</td>
              <td data-label="made in">
                <EntryNumber position={birth.entry.position} id={birth.entry.id} mayRead={mayRead} />
              </td>
              <td data-label="destroyed in">
                <EntryNumber position={destruction.entry.position} id={destruction.entry.id} mayRead={mayRead} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <p className={classes['more']}>
          and {number(more)} more, all in the file
          <Button variant="default" size="xs" data-print="no" onClick={() => setAll(true)}>
            Show all {number(objects.length)}
          </Button>
        </p>
      )}
    </>
  );
}
