import { useQuery } from '@tanstack/react-query';
import { ButtonLink } from '../../components/button-link.tsx';
import type { Asking } from '../../api/answer-stream.ts';
import { sourcesQuery } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import classes from './ask.module.css';
import { SAMPLE_QUESTIONS, SAMPLE_SOURCE } from './examples.ts';

/** Before the first question: what this is, and questions that can be clicked. */
export function FirstVisit({ onAsk }: { onAsk: (asking: Asking) => void }) {
  const sources = useQuery(sourcesQuery);
  const sample = sources.data?.some((source) => source.name === SAMPLE_SOURCE && source.mayQuery) ?? false;
  if (sources.isError)
    return (
      <div className={classes['first']}>
        <ProblemNote problem={sources.error} onRetry={() => void sources.refetch()} />
      </div>
    );
  return (
    <section className={classes['first']} aria-labelledby="first-visit">
      <h2 id="first-visit" className={classes['lead']}>
        Ask a question, see the proof.
      </h2>
      <p>
        Rows stay in your database and in this tab. Each answer shows what was sent, the SQL that ran, and its entry in
        the audit log.
      </p>
      {sources.data?.length === 0 && (
        <EmptyState says="Questions need something to read: connect a database or add a file.">
          <ButtonLink to="/sources">Add a source</ButtonLink>
        </EmptyState>
      )}
      {sample && (
        <div className={classes['examples']}>
          {SAMPLE_QUESTIONS.map((text) => (
            <button
              key={text}
              type="button"
              className={classes['example']}
              onClick={() => onAsk({ mode: 'question', text, source: SAMPLE_SOURCE })}
            >
              {text}
              <small>asks the sample source {SAMPLE_SOURCE}</small>
            </button>
          ))}
        </div>
      )}
    </section>
  );
}
