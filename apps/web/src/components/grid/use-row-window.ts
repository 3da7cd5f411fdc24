import { type RefObject, useCallback, useEffect, useState } from 'react';
import { rowWindow } from './row-window.ts';

/** Which rows are in view of a scrolling element, and how to bring one there. */
export function useRowWindow(scroller: RefObject<HTMLDivElement | null>, total: number, rowHeight: number) {
  const [view, setView] = useState({ top: 0, height: 15 * rowHeight });
  const window_ = rowWindow({ total, rowHeight, top: view.top, viewHeight: view.height });

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const read = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    read();
    element.addEventListener('scroll', read, { passive: true });
    const watching = new ResizeObserver(read);
    watching.observe(element);
    return () => {
      element.removeEventListener('scroll', read);
      watching.disconnect();
    };
  }, [scroller]);

  const show = useCallback(
    (row: number): void => {
      const element = scroller.current;
      if (element === null) return;
      const top = window_.topFor(row, element.scrollTop);
      if (top !== element.scrollTop) element.scrollTop = top;
    },
    [scroller, window_],
  );

  return { ...window_, show, includes: (row: number) => row >= window_.first && row < window_.last };
}
