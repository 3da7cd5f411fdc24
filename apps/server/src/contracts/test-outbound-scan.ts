import type { OutboundScan } from './outbound-scan.ts';

/** For tests that are about something else: nothing is planted. */
export const nothingPlanted: OutboundScan = {
  pass: async () => {},
  async *stream(_context, _door, chunks) {
    for await (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  },
};
