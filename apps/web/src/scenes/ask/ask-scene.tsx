import { Button, Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconHistory } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { questionsQuery } from '../../api/queries.ts';
import type { Asking } from '../../api/answer-stream.ts';
import { AnswerView } from './answer-view.tsx';
import classes from './ask.module.css';
import { Composer } from './composer.tsx';
import { FirstVisit } from './first-visit.tsx';
import { SidePanel } from './side-panel.tsx';
import { answers, changeDraft, useAnswer } from './this-tab.ts';

export function AskScene() {
  const answer = useAnswer();
  const client = useQueryClient();
  const roomy = useMediaQuery('(min-width: 80em)', true, { getInitialValueInEffect: false });
  const [historyShown, setHistoryShown] = useState(false);

  const ask = (asking: Asking): void => {
    setHistoryShown(false);
    document.getElementById('answer-scroll')?.scrollTo({ top: 0 });
    // A follow-up is typed below the answer; above stays what it goes on from.
    if (asking.follows === undefined)
      changeDraft(
        asking.mode === 'sql'
          ? { mode: 'sql', sql: asking.text, source: asking.source }
          : { mode: 'question', question: asking.text, source: asking.source },
      );
    void answers.ask(asking);
  };

  // The server adds to the history while it answers.
  useEffect(() => {
    if (answer.phase === 'done') void client.invalidateQueries({ queryKey: questionsQuery.queryKey });
  }, [answer.phase, client]);

  return (
    <div className={classes['scene']}>
      <div className={classes['scroll']} id="answer-scroll">
        <div className={classes['page']}>
          <h1 className={classes['hidden']}>Ask</h1>
          {!roomy && (
            <div className={classes['top']}>
              <Button
                variant="subtle"
                color="gray"
                size="xs"
                leftSection={<IconHistory size={16} />}
                onClick={() => setHistoryShown(true)}
              >
                My questions
              </Button>
            </div>
          )}
          <Composer onAsk={ask} asking={answer.phase === 'asking'} />
          {answer.phase === 'idle' ? <FirstVisit onAsk={ask} /> : <AnswerView answer={answer} onAsk={ask} />}
        </div>
      </div>
      {roomy ? (
        <aside className={classes['side']} aria-label="Only you see this">
          <SidePanel onAsk={ask} />
        </aside>
      ) : (
        <Drawer
          opened={historyShown}
          onClose={() => setHistoryShown(false)}
          position="right"
          size="sm"
          title="Only you see this"
          closeButtonProps={{ 'aria-label': 'Close' }}
        >
          <SidePanel onAsk={ask} />
        </Drawer>
      )}
    </div>
  );
}
