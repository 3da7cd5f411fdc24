/** Calls `onTick` again and again, also in a tab that is hidden, until what it returns is called; in one that is frozen nothing runs. */
export function startTicks(everyMs: number, onTick: () => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const worker = new Worker(new URL('./ticks-worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', onTick);
  // Where a worker can not be had, a tab that is hidden for long is late, and so loses its rows; it never keeps them.
  worker.addEventListener('error', () => {
    timer ??= setInterval(onTick, everyMs);
  });
  worker.postMessage(everyMs);
  return () => {
    worker.terminate();
    clearInterval(timer);
  };
}
