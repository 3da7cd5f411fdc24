import type { Attempt, DisclosurePart, DisclosureView, HeldLiteral } from '@strongroom/protocol';
import { count } from '../../components/words.ts';
import { visible } from '../../components/visible.ts';
import { ReceiptOfSent } from './receipt-of-sent.tsx';
import { refusedInWords } from './refused-in-words.ts';
import classes from './sent.module.css';

const KINDS: Record<DisclosurePart['kind'], string> = {
  instruction: 'our instruction',
  schema: 'names and types',
  description: 'descriptions',
  glossary: 'glossary',
  popularity: 'how often tables are used',
  earlier: 'your earlier words',
  preference: 'what you prefer',
  error: 'why a statement was refused',
  question: 'your words',
};

/** The exact bytes that went out, each time, every part tinted and named by its kind; and what stayed. */
export function SentView({
  disclosure,
  attempts,
  questionId,
}: {
  disclosure: DisclosureView;
  attempts: readonly Attempt[];
  /** null: as long as it is on its way, and where nothing was kept. */
  questionId: string | null;
}) {
  return (
    <>
      {attempts.map((attempt, index) => (
        <section key={index} className={classes['attempt']}>
          <h3>{index === 0 ? 'First' : 'Then'}</h3>
          <Bytes disclosure={attempt.disclosure} />
          <p className={classes['came']}>
            The statement that came back was refused: {refusedInWords(attempt.refused)}. Nothing ran.
          </p>
        </section>
      ))}
      <Bytes disclosure={disclosure} />
      <Held literals={disclosure.heldBack ?? []} />
      {disclosure.sent !== null && questionId !== null && <ReceiptOfSent questionId={questionId} />}
    </>
  );
}

function Bytes({ disclosure }: { disclosure: DisclosureView }) {
  const nothingLeft = disclosure.sentBytes === 0;
  return (
    <>
      <p>
        {nothingLeft
          ? 'Nothing left this server. This is what the built-in translator read inside it:'
          : `${count(disclosure.sentBytes, 'byte')} went to ${disclosure.recipient}. No row, sample or value of your data is among them:`}
      </p>
      <div className={classes['parts']} tabIndex={0} role="group" aria-label="What was sent, part by part">
        {disclosure.parts.map((part, index) => (
          <div key={index} className={classes['part']} data-kind={part.kind}>
            <span className={classes['kind']}>{KINDS[part.kind]}</span>
            <pre>{visible(part.text)}</pre>
          </div>
        ))}
      </div>
      {disclosure.sent !== null && (
        <details className={classes['exact']}>
          <summary>The request, byte for byte</summary>
          <pre tabIndex={0}>{visible(disclosure.sent)}</pre>
        </details>
      )}
    </>
  );
}

/** By the name that the model was told, what it stands for: known to this tab and the server, and to nobody else. */
function Held({ literals }: { literals: readonly HeldLiteral[] }) {
  if (literals.length === 0) return null;
  return (
    <section className={classes['held']} aria-label="Held back">
      <h3>Held back</h3>
      These stayed here. The model was told their names and kinds; the values were put into the SQL on this server.
      <dl>
        {literals.map(({ name, kind, typed, value }) => (
          <Literal key={name} name={name} typed={typed} more={typed === value ? kind : `${kind} ${value}`} />
        ))}
      </dl>
    </section>
  );
}

function Literal({ name, typed, more }: { name: string; typed: string; more: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {visible(typed)} <small>{visible(more)}</small>
      </dd>
    </>
  );
}
