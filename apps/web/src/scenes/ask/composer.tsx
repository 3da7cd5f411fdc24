import { Button, Select, Skeleton, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconPlayerStopFilled } from '@tabler/icons-react';
import { lazy, Suspense, useEffect } from 'react';
import type { Asking } from '../../api/answer-stream.ts';
import { settingsQuery, sourcesQuery } from '../../api/queries.ts';
import { QUESTION_FIELD } from '../../components/shell/use-keys.ts';
import classes from './ask.module.css';
import { answers, changeDraft, useDraft } from './this-tab.ts';

const SqlEditor = lazy(async () => ({ default: (await import('../../components/sql/sql-editor.tsx')).SqlEditor }));

export function Composer({ onAsk, asking }: { onAsk: (asking: Asking) => void; asking: boolean }) {
  const draft = useDraft();
  const sources = useQuery(sourcesQuery);
  const settings = useQuery(settingsQuery);
  const askable = (sources.data ?? []).filter((source) => source.mayQuery);
  const chosen = askable.find((source) => source.name === draft.source)?.name ?? askable[0]?.name ?? null;
  const bySql = draft.mode === 'sql';
  const words = bySql ? draft.sql : draft.question;

  const submit = (): void => {
    if (words.trim() === '') return document.getElementById(QUESTION_FIELD)?.focus();
    onAsk({ mode: draft.mode, text: words.trim(), source: chosen });
  };

  useEffect(() => {
    if (window.matchMedia('(min-width: 48em)').matches)
      document.getElementById(QUESTION_FIELD)?.focus({ preventScroll: true });
  }, []);

  return (
    <form
      className={classes['composer']}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className={classes['tabs']} role="tablist" aria-label="How to ask">
        <Tab active={!bySql} controls="ask-question" onPick={() => changeDraft({ mode: 'question' })}>
          Question
        </Tab>
        <Tab active={bySql} controls="ask-sql" onPick={() => changeDraft({ mode: 'sql' })}>
          SQL
        </Tab>
      </div>
      {bySql ? (
        <div role="tabpanel" id="ask-sql" className={classes['editor']}>
          <Suspense fallback={<Skeleton height={96} m={8} />}>
            <SqlEditor
              value={draft.sql}
              source={chosen}
              onChange={(sql) => changeDraft({ sql })}
              onRun={submit}
              onCancel={answers.cancel}
            />
          </Suspense>
        </div>
      ) : (
        <div role="tabpanel" id="ask-question">
          <Textarea
            id={QUESTION_FIELD}
            className={classes['question'] ?? ''}
            aria-label="Your question"
            placeholder="Ask in your own words"
            variant="unstyled"
            autosize
            minRows={1}
            maxRows={8}
            maxLength={2000}
            value={draft.question}
            onChange={(event) => changeDraft({ question: event.currentTarget.value })}
            onKeyDown={(event) => {
              // The key that leads here, pressed by who is here already; no question begins with it.
              if (event.key === '/' && draft.question === '') return event.preventDefault();
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
              event.preventDefault();
              submit();
            }}
          />
        </div>
      )}
      <div className={classes['bar']}>
        <Select
          className={classes['source'] ?? ''}
          aria-label="Source"
          size="xs"
          data={askable.map((source) => source.name)}
          value={chosen}
          onChange={(source) => changeDraft({ source })}
          placeholder={sources.isPending ? 'Loading' : 'No source yet'}
          disabled={askable.length === 0}
        />
        <span className={classes['with']}>
          {bySql ? 'One SELECT; checked before it runs' : translatorLine(settings.data?.model)}
        </span>
        {asking ? (
          // Keys of their own: one element for both would turn into the submit button under the click, and ask again.
          <Button
            key="cancel"
            variant="default"
            leftSection={<IconPlayerStopFilled size={14} />}
            onClick={answers.cancel}
          >
            Cancel<span className={classes['hint']}>Esc</span>
          </Button>
        ) : (
          <Button key="ask" type="submit" disabled={chosen === null}>
            {bySql ? 'Run' : 'Ask'}
            <span className={classes['hint']}>{bySql ? 'Ctrl ⏎' : '⏎'}</span>
          </Button>
        )}
      </div>
    </form>
  );
}

function Tab({
  active,
  controls,
  onPick,
  children,
}: {
  active: boolean;
  controls: string;
  onPick: () => void;
  children: string;
}) {
  return (
    <button
      type="button"
      role="tab"
      aria-selected={active}
      aria-controls={active ? controls : undefined}
      tabIndex={active ? 0 : -1}
      className={classes['tab']}
      onClick={onPick}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        const other = event.currentTarget.parentElement?.querySelector<HTMLElement>(
          '[role="tab"][aria-selected="false"]',
        );
        other?.click();
        other?.focus();
      }}
    >
      {children}
    </button>
  );
}

function translatorLine(model: { endpoint: string; name: string | null } | null | undefined): string {
  if (model === undefined) return '';
  return model === null
    ? 'Built-in translator · your words stay on this server'
    : `Translated by ${model.name ?? 'the model'} at ${model.endpoint} · it sees names, never rows`;
}
