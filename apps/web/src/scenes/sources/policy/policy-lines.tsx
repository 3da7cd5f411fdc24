import { sentence } from '../../../components/words.ts';
import type { Mistake } from './mistake.ts';
import classes from './policy.module.css';

/** A policy to read, with its lines numbered. The numbers are drawn, so that they are not copied with it. */
export function PolicyLines({ text, label, mistake }: { text: string; label: string; mistake: Mistake | null }) {
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <pre className={classes['lines']} tabIndex={0} aria-label={label}>
      {lines.map((line, index) => (
        <code key={index} className={classes['line']} data-mistaken={mistake?.line === index + 1}>
          {line}
          {'\n'}
          {mistake?.line === index + 1 && <span className={classes['reason']}>{sentence(mistake.reason)}</span>}
        </code>
      ))}
    </pre>
  );
}
