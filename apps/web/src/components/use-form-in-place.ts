import { type RefObject, useEffect, useRef } from 'react';

/**
 * For a form that was opened in the place of what it changes: its first field has the focus, and Escape gives it up, unless a list of its
 * own is open, which goes first.
 */
export function useFormInPlace(onGiveUp: () => void): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  const giveUp = useRef(onGiveUp);
  useEffect(() => {
    giveUp.current = onGiveUp;
  });
  useEffect(() => {
    const element = form.current;
    element?.querySelector<HTMLElement>('input, textarea')?.focus();
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || isListOpen()) return;
      event.preventDefault();
      event.stopPropagation();
      giveUp.current();
    };
    element?.addEventListener('keydown', onKey);
    return () => element?.removeEventListener('keydown', onKey);
  }, []);
  return form;
}

function isListOpen(): boolean {
  return [...document.querySelectorAll('[role="listbox"]')].some((list) => list.checkVisibility());
}
