import { queryInputSchema } from '@strongroom/protocol';
import { z } from 'zod';
import { type Verb, verb } from '#contracts';
import type { Query } from './index.ts';
import { ANSWERS, sendAnswer } from './send-answer.ts';

export function queryRoutes(query: Query): Verb[] {
  return [
    verb({
      name: 'query.run',
      method: 'POST',
      path: '/sources/{source}/query',
      summary: 'Run one SELECT on a source, under your rights',
      permission: 'ask',
      // Finer than the gate could: query.released before the first row, query.completed after the last, query.refused.
      audit: null,
      auditsItself: true,
      input: z.object({ params: z.object({ source: z.string().max(100) }), body: queryInputSchema }),
      output: null,
      answers: ANSWERS,
      resource: (input) => input.params.source,
      handle: async (call) => {
        const { source } = call.input.params;
        return sendAnswer(call, query.run(call.asker, { source, ...call.input.body, signal: call.signal }));
      },
    }),
  ];
}
