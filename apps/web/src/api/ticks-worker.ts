// A clock, and nothing else. The timers of a page that is hidden come once a minute after some minutes; those of a worker come on time.
// What it needs of the network the page does: this file may reach nothing (its own Content-Security-Policy says so).

self.addEventListener('message', ({ data: everyMs }: MessageEvent<number>) => {
  setInterval(() => self.postMessage(null), everyMs);
});
