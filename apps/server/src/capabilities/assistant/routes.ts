import {
  askAgainInputSchema,
  askInputSchema,
  askSqlInputSchema,
  assistantSettingsSchema,
  egressReceiptSchema,
  preferenceInputSchema,
  preferenceSchema,
  questionSchema,
} from '@strongroom/protocol';
import { z } from 'zod';
import { type Verb, verb } from '#contracts';
import { ANSWERS, sendAnswer } from '#query';
import type { Assistant } from './index.ts';

// The longest question of 2,000 characters, each escaped, and some room: 1 MB ends at the door.
const ASK_BYTES_MAX = 32 * 1024;
const one = z.object({ params: z.object({ id: z.uuid() }) });

export function assistantRoutes(assistant: Assistant): Verb[] {
  return [
    verb({
      name: 'assistant.ask',
      method: 'POST',
      path: '/ask',
      summary: 'Ask a question in plain language, under your rights',
      permission: 'ask',
      // Finer than the gate could: assistant.asked before anything, then what came of it.
      audit: null,
      auditsItself: true,
      input: z.object({ body: askInputSchema }),
      output: null,
      answers: ANSWERS,
      bodyBytesMax: ASK_BYTES_MAX,
      resource: (input) => input.body.source ?? null,
      handle: async (call) => {
        return sendAnswer(call, (reader) => assistant.ask(call.asker, { ...call.input.body, ...reader }));
      },
    }),
    verb({
      name: 'assistant.ask-sql',
      method: 'POST',
      path: '/questions',
      summary: 'Run one SELECT on a source as `sources/{source}/query` does, and keep it among your questions',
      permission: 'ask',
      // As of query.run: query.released, query.completed, query.refused.
      audit: null,
      auditsItself: true,
      input: z.object({ body: askSqlInputSchema }),
      output: null,
      resource: (input) => input.body.source,
      handle: async (call) => {
        return sendAnswer(call, (reader) => assistant.askSql(call.asker, { ...call.input.body, ...reader }));
      },
    }),
    verb({
      name: 'assistant.list-questions',
      method: 'GET',
      path: '/questions',
      summary: 'Your earlier questions, the newest first',
      permission: 'own',
      audit: null,
      input: z.object({
        query: z.object({ before: z.uuid().optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }),
      }),
      output: z.object({ questions: z.array(questionSchema) }),
      handle: async ({ asker, input: { query } }) => ({
        questions: await assistant.history.list(asker, { before: query.before ?? null, limit: query.limit }),
      }),
    }),
    verb({
      name: 'assistant.show-question',
      method: 'GET',
      path: '/questions/{id}',
      summary: 'One of your earlier questions, with what was sent for it',
      permission: 'own',
      audit: null,
      input: one,
      resource: ({ params }) => params.id,
      output: questionSchema,
      handle: (call) => assistant.history.show(call.asker, call.input.params.id),
    }),
    verb({
      name: 'assistant.show-receipt',
      method: 'GET',
      path: '/questions/{id}/receipt',
      summary:
        'What was sent to a model for one of your questions and what came back, with the proof that the audit log says so',
      permission: 'own',
      audit: null,
      input: one,
      resource: ({ params }) => params.id,
      output: egressReceiptSchema,
      handle: (call) => assistant.showReceipt(call.asker, call.input.params.id),
    }),
    verb({
      name: 'assistant.run-question',
      method: 'POST',
      path: '/questions/{id}:run',
      summary: 'Ask one of your earlier questions again',
      permission: 'own',
      audit: null,
      auditsItself: true,
      input: one.extend({ body: askAgainInputSchema.optional() }),
      resource: ({ params }) => params.id,
      output: null,
      answers: ANSWERS,
      handle: async (call) => {
        const { params, body } = call.input;
        const again = await assistant.askAgain(call.asker, params.id);
        return sendAnswer(call, (reader) => again({ ...body, ...reader }));
      },
    }),
    verb({
      name: 'assistant.delete-question',
      method: 'DELETE',
      path: '/questions/{id}',
      summary: 'Delete one of your earlier questions; its key is destroyed',
      permission: 'own',
      audit: null,
      auditsItself: true,
      input: one,
      resource: ({ params }) => params.id,
      output: null,
      handle: (call) => assistant.history.remove(call.asker, call.input.params.id),
    }),
    verb({
      name: 'assistant.delete-questions',
      method: 'DELETE',
      path: '/questions',
      summary: 'Delete all of your earlier questions; their keys are destroyed',
      permission: 'own',
      audit: null,
      auditsItself: true,
      input: z.object({}),
      output: z.object({ removed: z.int() }),
      handle: (call) => assistant.history.removeAll(call.asker),
    }),
    verb({
      name: 'assistant.list-preferences',
      method: 'GET',
      path: '/preferences',
      summary: 'What you want every translation by a model to heed',
      permission: 'own',
      audit: null,
      input: z.object({}),
      output: z.object({ preferences: z.array(preferenceSchema) }),
      handle: async ({ asker }) => ({ preferences: await assistant.preferences.list(asker) }),
    }),
    verb({
      name: 'assistant.add-preference',
      method: 'POST',
      path: '/preferences',
      summary: 'Have every translation by a model heed something',
      permission: 'own',
      audit: 'assistant.preference_added',
      input: z.object({ body: preferenceInputSchema }),
      output: preferenceSchema,
      handle: ({ asker, input }) => assistant.preferences.add(asker, input.body.text),
    }),
    verb({
      name: 'assistant.delete-preference',
      method: 'DELETE',
      path: '/preferences/{id}',
      summary: 'Delete one of them; its key is destroyed',
      permission: 'own',
      audit: null,
      auditsItself: true,
      input: one,
      resource: ({ params }) => params.id,
      output: null,
      handle: (call) => assistant.preferences.remove(call.asker, call.input.params.id),
    }),
    verb({
      name: 'assistant.delete-preferences',
      method: 'DELETE',
      path: '/preferences',
      summary: 'Delete all of them; their keys are destroyed',
      permission: 'own',
      audit: null,
      auditsItself: true,
      input: z.object({}),
      output: z.object({ removed: z.int() }),
      handle: (call) => assistant.preferences.removeAll(call.asker),
    }),
    verb({
      name: 'assistant.show-settings',
      method: 'GET',
      path: '/settings/assistant',
      summary: 'Whether names, numbers, addresses, quoted text and dates of questions are held back from models',
      permission: 'signed-in',
      audit: null,
      input: z.object({}),
      output: assistantSettingsSchema,
      handle: async ({ asker }) => ({ holdLiterals: await assistant.holdLiterals.get(asker.workspaceId) }),
    }),
    verb({
      name: 'assistant.change-settings',
      method: 'PUT',
      path: '/settings/assistant',
      summary: 'Hold them back from models, or tell them as they were typed',
      permission: 'workspace.manage',
      audit: 'assistant.settings_changed',
      input: z.object({ body: assistantSettingsSchema }),
      output: assistantSettingsSchema,
      resource: ({ body }) => (body.holdLiterals ? 'hold literals: on' : 'hold literals: off'),
      handle: async ({ asker, input }) => {
        await assistant.holdLiterals.set(asker.workspaceId, input.body.holdLiterals);
        return input.body;
      },
    }),
  ];
}
