import { Button, CopyButton } from '@mantine/core';
import type { ErasureCertificate } from '@strongroom/protocol';
import { IconCheck, IconClock, IconCopy, IconLockX } from '@tabler/icons-react';
import { useMay } from '../../api/queries.ts';
import { ButtonLink } from '../../components/button-link.tsx';
import { moment, number } from '../../components/words.ts';
import { actorOf, kindsOf } from './certificate-facts.ts';
import { CertificateSteps } from './certificate-steps.tsx';
import classes from './certificate.module.css';

type PageProps = { certificate: ErasureCertificate; fileName: string; mayRead: boolean };

export function CertificatePage({ certificate, fileName, mayRead }: PageProps) {
  const { erasure, objects, request, copies, note } = certificate;
  const by = actorOf(request);
  return (
    <div className={classes['page']}>
      <Standing status={erasure.status} />
      {!mayRead && (
        <p className={classes['once']}>
          Download it now: this tab keeps it until you close it, and after that only an admin can open it.
        </p>
      )}
      <dl className={classes['facts']}>
        <dt>What</dt>
        <dd>
          The {erasure.kind} with the id <code>{erasure.subject}</code>. Names are not kept.
        </dd>
        <dt>Asked for</dt>
        <dd>
          {moment(erasure.requestedAt)}
          {by === null ? ', by somebody who was erased since' : ` by ${by}`}
        </dd>
        <dt>Final</dt>
        <dd>{erasure.finalAt === null ? 'not yet' : `since ${moment(erasure.finalAt)}`}</dd>
        <dt>Keys destroyed</dt>
        <dd>
          {number(objects.length)}:{' '}
          {kindsOf(certificate)
            .map(([what, times]) => (times === 1 ? what : `${what} × ${number(times)}`))
            .join(', ')}
        </dd>
      </dl>
      <CertificateSteps certificate={certificate} mayRead={mayRead} />
      <section className={classes['panel']} aria-labelledby="copies">
        <h2 id="copies">Where else it lay</h2>
        <dl className={classes['copies']}>
          {copies.map(({ place, goneAt }) => [
            <dt key={`${place}-name`}>{place}</dt>,
            <dd key={place} data-gone={goneAt !== null}>
              {goneAt === null ? 'not known to be gone' : `gone since ${moment(goneAt)}`}
            </dd>,
          ])}
        </dl>
        <p className={classes['note']}>{note}</p>
      </section>
      <section className={classes['panel']} aria-labelledby="check">
        <h2 id="check">Check it yourself</h2>
        <p>
          Download the certificate and run this beside it. It needs the file alone: no server, and no trust in this
          page.
        </p>
        <Command text={`strongroom verify certificate ${fileName}`} />
      </section>
    </div>
  );
}

/** Amber until old copies of the database can't open it either, then green; each with its sign and its word. */
function Standing({ status }: { status: 'pending' | 'final' }) {
  const mayFinish = useMay('workspace.manage');
  const isFinal = status === 'final';
  const Icon = isFinal ? IconLockX : IconClock;
  return (
    <div className={classes['standing']} data-status={status} role="status">
      <Icon size={24} stroke={1.6} aria-hidden />
      <p>
        <strong>{isFinal ? 'Final' : 'Pending, not final'}</strong>
        {isFinal
          ? 'The keys are destroyed, and so is what an old copy of the database would need to open it.'
          : 'The keys are gone from the database. An old copy of the database may still open it; that ends within a day.'}
      </p>
      {!isFinal && mayFinish && (
        <ButtonLink to="/settings" hash="keys" variant="default" data-print="no">
          Finish it sooner
        </ButtonLink>
      )}
    </div>
  );
}

function Command({ text }: { text: string }) {
  return (
    <div className={classes['command']}>
      <code tabIndex={0}>{text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button
            size="xs"
            variant="default"
            data-print="no"
            leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            onClick={copy}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
