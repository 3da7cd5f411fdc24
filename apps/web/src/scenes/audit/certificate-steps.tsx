import type { ErasureCertificate } from '@strongroom/protocol';
import { IconCheck, IconClock, IconMinus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { count, moment, number } from '../../components/words.ts';
import { checkpointOf, epochsEndedBefore } from './certificate-facts.ts';
import { CertificateKeys } from './certificate-keys.tsx';
import classes from './certificate.module.css';
import { EntryNumber } from './entry-number.tsx';

type Shown = ErasureCertificate['request'];

/** Always these six, always in this order: what the log shows, and what makes the log believable. */
export function CertificateSteps({ certificate, mayRead }: { certificate: ErasureCertificate; mayRead: boolean }) {
  const { request, objects, epochs, end, key } = certificate;
  const { size, root, cosigners } = checkpointOf(certificate);
  const before = epochsEndedBefore(certificate);
  const last = objects.at(-1)?.destruction;
  const entry = (shown: Shown) => <EntryLine shown={shown} mayRead={mayRead} />;
  return (
    <section className={classes['panel']} aria-labelledby="shows">
      <h2 id="shows">What the audit log shows</h2>
      <ol className={classes['steps']}>
        <Step name="Asked for" line={entry(request)}>
          The request went into the log before anything was touched.
        </Step>
        <Step
          name={count(objects.length, 'key destroyed', 'keys destroyed')}
          line={last === undefined ? null : moment(last.entry.at)}
        >
          Each thing was sealed under a key of its own; without its key it can’t be read. A fingerprint of the key (its
          commitment) went into the log when the key was made, so this is that key and no other.
          <CertificateKeys objects={objects} mayRead={mayRead} />
        </Step>
        <Step name="Old copies closed" line={epochs === null ? null : entry(epochs)}>
          Old copies of the database still hold these keys, locked with a secret that is kept elsewhere.{' '}
          {epochs === null
            ? 'That secret is not destroyed yet.'
            : `The key holder destroyed every such secret${before === null ? '' : ` from before epoch ${number(before)}`}.`}
        </Step>
        <Step name="Ended" line={end === null ? null : entry(end)}>
          {end === null
            ? 'The entry that ends it is written once old copies are closed.'
            : 'With this entry it is over.'}
        </Step>
        <Step name="Signed" line={`the first ${count(size, 'entry', 'entries')} of the log`}>
          The log signed its whole state (a checkpoint), and every entry above leads to it: changing one would show.
          <dl className={classes['hashes']}>
            <dt>Root</dt>
            <dd>{root}</dd>
            <dt>Key</dt>
            <dd>{key}</dd>
          </dl>
        </Step>
        <Step
          name="Witnessed"
          line={`by ${cosigners.map(({ name }) => name).join(', ') || 'nobody'}`}
          isMissing={cosigners.length === 0}
        >
          {cosigners.length === 0
            ? 'A witness is somebody else’s server that signs the same state, so that nobody can show two histories. None has.'
            : 'Somebody else’s server signed the same state, so that nobody can show two histories.'}
          {cosigners.length > 0 && (
            <dl className={classes['hashes']}>
              {cosigners.map(({ name, at }) => [
                <dt key={`${name}-name`}>{at === null ? 'Signed' : moment(at)}</dt>,
                <dd key={name}>{name}</dd>,
              ])}
            </dl>
          )}
        </Step>
      </ol>
    </section>
  );
}

const signs = { shown: IconCheck, 'not-yet': IconClock, missing: IconMinus } as const;
const signLabels = { shown: 'shown', 'not-yet': 'not yet', missing: 'not there' } as const;

type StepProps = {
  name: string;
  /** null: nothing stands for it yet. */ line: ReactNode;
  isMissing?: boolean;
  children: ReactNode;
};

function Step({ name, line, isMissing = false, children }: StepProps) {
  const state = isMissing ? 'missing' : line === null ? 'not-yet' : 'shown';
  const Icon = signs[state];
  return (
    <li data-there={state}>
      <span className={classes['sign']} role="img" aria-label={signLabels[state]}>
        <Icon size={12} stroke={3} aria-hidden />
      </span>
      <div className={classes['step']}>
        <h3>
          {name}
          <span className={classes['line']}>{line ?? 'not yet'}</span>
        </h3>
        <div>{children}</div>
      </div>
    </li>
  );
}

function EntryLine({ shown: { entry }, mayRead }: { shown: Shown; mayRead: boolean }) {
  return (
    <>
      <EntryNumber position={entry.position} id={entry.id} mayRead={mayRead} />, {moment(entry.at)}
    </>
  );
}
