import { Button } from '@mantine/core';
import { ButtonLink } from '../../components/button-link.tsx';
import { QUESTION_FIELD } from '../../components/shell/use-keys.ts';
import { sentence } from '../../components/words.ts';
import { visible } from '../../components/visible.ts';
import classes from './declined.module.css';
import { changeDraft, readDraft } from './this-tab.ts';
import type { Way } from './way.ts';

/** The translator was not sure, so nothing ran: what it understood, what it did not, and the closest names to click. */
export function Declined({ way }: { way: Way }) {
  const { understanding, stopped } = way;
  const closest = understanding?.closest ?? [];
  return (
    <div className={classes['declined']} role="status">
      <h2 className={classes['title']}>Not sure enough to answer, so nothing ran.</h2>
      <p>{sentence(stopped?.problem.detail ?? stopped?.problem.title ?? '')}</p>
      <dl className={classes['parts']}>
        <dt>Understood</dt>
        <dd>{words(understanding?.understood ?? [])}</dd>
        <dt>Not understood</dt>
        <dd>{words(understanding?.notUnderstood ?? [])}</dd>
      </dl>
      {closest.length > 0 && (
        <>
          <p className={classes['label']}>Closest names. Click one to add it to your question.</p>
          <div className={classes['closest']}>
            {closest.map(({ table, column }) => {
              const short = table.split('.').at(-1) ?? table;
              const name = column === null ? short : `${short}.${column}`;
              return (
                <Button key={name} size="xs" variant="default" onClick={() => add(column ?? short)}>
                  {visible(name)}
                </Button>
              );
            })}
          </div>
        </>
      )}
      <ButtonLink to="/catalog" variant="subtle" size="xs" mt={8} ml={-8}>
        Look in the Catalog
      </ButtonLink>
    </div>
  );
}

function words(list: readonly string[]) {
  if (list.length === 0) return <span>nothing</span>;
  return list.map((word) => (
    <span key={word} className={classes['word']}>
      {visible(word)}
    </span>
  ));
}

function add(name: string): void {
  changeDraft({ mode: 'question', question: `${readDraft().question.trim()} ${name}`.trim() });
  document.getElementById(QUESTION_FIELD)?.focus();
}
