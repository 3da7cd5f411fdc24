import type { DisclosureView } from '@strongroom/protocol';
import { count } from '../../components/words.ts';
import classes from './sent.module.css';

const KINDS = {
  instruction: 'our instruction',
  schema: 'names and types',
  description: 'descriptions',
  question: 'your words',
} as const;

/** The exact bytes that went out, every part tinted and named by its kind. */
export function SentView({ disclosure }: { disclosure: DisclosureView }) {
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
            <pre>{part.text}</pre>
          </div>
        ))}
      </div>
      {disclosure.sent !== null && (
        <details className={classes['exact']}>
          <summary>The request, byte for byte</summary>
          <pre tabIndex={0}>{disclosure.sent}</pre>
        </details>
      )}
    </>
  );
}
