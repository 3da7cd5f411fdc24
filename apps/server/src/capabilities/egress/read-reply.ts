import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { badReply } from './errors.ts';

declare const hostile: unique symbol;
/** Text of a model. Not to be trusted, run, logged or shown as ours. */
export type HostileText = string & { readonly [hostile]: true };

/** All bytes that came back. `isEvents`: as server-sent events, which is how we ask for it; some endpoints answer whole all the same. */
export type Received = { readonly bytes: Buffer; readonly isEvents: boolean };

/** `tokens`: of question and reply, as the endpoint counts them; null: it does not say. */
export type Reply = { readonly text: HostileText; readonly tokens: number | null };

/** What a model said up to here is no statement that could be half of one: it stopped by itself. */
const ENDED_WELL: readonly (string | null | undefined)[] = ['stop', null, undefined];
const DONE = '[DONE]';

const usageSchema = z
  .object({ total_tokens: z.int().min(0).max(1e9) })
  .nullish()
  .catch(null);
const finishSchema = z.string().nullish();
const wholeSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }), finish_reason: finishSchema })).min(1),
  usage: usageSchema,
});
const eventSchema = z.object({
  choices: z.array(
    z.object({
      index: z.int().optional(),
      delta: z.object({ content: z.string().nullish() }).optional(),
      finish_reason: finishSchema,
    }),
  ),
  usage: usageSchema,
});

/** Throws `egress/bad_reply` for what is no chat completion, or not all of one. */
export function readReply({ bytes, isEvents }: Received): Reply {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badReply('not UTF-8');
  }
  return isEvents ? readEvents(text) : readWhole(text);
}

function readWhole(text: string): Reply {
  const { choices, usage } = parse(wholeSchema, text);
  const [choice] = choices;
  if (!ENDED_WELL.includes(choice?.finish_reason)) throw badReply('cut off');
  return { text: (choice?.message.content ?? '') as HostileText, tokens: usage?.total_tokens ?? null };
}

/** INVARIANT: a reply that broke off is no reply: half a statement can be a statement. */
function readEvents(text: string): Reply {
  let said = '';
  let tokens: number | null = null;
  let ended = false;
  const parser = createParser({
    onEvent({ data }) {
      if (data === DONE) {
        ended = true;
        return;
      }
      const { choices, usage } = parse(eventSchema, data);
      tokens = usage?.total_tokens ?? tokens;
      const choice = choices.find(({ index = 0 }) => index === 0);
      if (!ENDED_WELL.includes(choice?.finish_reason)) throw badReply('cut off');
      ended ||= choice?.finish_reason === 'stop';
      said += choice?.delta?.content ?? '';
    },
  });
  // Its three line ends as one: of carriage returns alone the parser looks through all that is left, again for each.
  parser.feed(text.replace(/\r\n?/g, '\n'));
  if (!ended) throw badReply('broke off');
  return { text: said as HostileText, tokens };
}

function parse<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badReply('not JSON');
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw badReply('not a chat completion');
  return parsed.data;
}
