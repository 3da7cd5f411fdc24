import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { answers } from '../../scenes/ask/this-tab.ts';
import { type KeyState, reduceKey } from './keys.ts';

/** Id of the field that `/` focuses. */
export const QUESTION_FIELD = 'question';

/** Listens for the keys that work in every scene. */
export function useKeys() {
  const navigate = useNavigate();
  const [helpShown, setHelpShown] = useState(false);
  const state = useRef<KeyState>({ prefix: false });

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Shift' || event.defaultPrevented) return;
      const next = reduceKey(state.current, {
        key: event.key,
        modified: event.ctrlKey || event.metaKey || event.altKey,
        typing: isTyping(event.target),
        dialog: somethingIsOpen(),
      });
      state.current = next.state;
      if (next.action === null) return;
      if (next.action.do === 'cancel') return answers.cancel();
      event.preventDefault();
      if (next.action.do === 'help') setHelpShown(true);
      else if (next.action.do === 'go') void navigate({ to: `/${next.action.to}` });
      else void navigate({ to: '/ask' }).then(focusQuestion);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate]);

  return { helpShown, closeHelp: () => setHelpShown(false), openHelp: () => setHelpShown(true) };
}

/** A dialog, menu or list that Escape closes first. Closed ones may stay in the page, unseen. */
function somethingIsOpen(): boolean {
  return [...document.querySelectorAll('[role="dialog"], [role="menu"], [role="listbox"]')].some((element) =>
    element.checkVisibility(),
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

export function focusQuestion(): void {
  requestAnimationFrame(() => document.getElementById(QUESTION_FIELD)?.focus());
}
