import { rowsFromArrow } from '@strongroom/connectors';
import type { FastifyReply } from 'fastify';
import {
  ANSWER_MEDIA_TYPE,
  answerSchema,
  encodeEvent,
  encodeRows,
  type Frame,
  ProblemError,
} from '@strongroom/protocol';
import type { Call } from '#contracts';
import { type AnswerFacts, type OpenAnswer, openAnswer } from './open-answer.ts';
import { type Reader, READER_LIMITS, type ReaderLimits, watchReader } from './watch-reader.ts';

const ARROW_MEDIA_TYPE = 'application/vnd.apache.arrow.stream';
const NDJSON_MEDIA_TYPE = 'application/x-ndjson';
const JSON_MEDIA_TYPE = 'application/json';
const FORMATS = [ANSWER_MEDIA_TYPE, ARROW_MEDIA_TYPE, NDJSON_MEDIA_TYPE, JSON_MEDIA_TYPE] as const;
type Format = (typeof FORMATS)[number];

/** What the reply of a verb is that leaves it to `sendAnswer`. */
export const ANSWERS = { schema: answerSchema, mediaTypes: FORMATS } as const;

/**
 * Writes an answer in the format that the request accepts, as it arrives and no faster than the client reads.
 * The server holds at most one batch of it. Return what it gives: the reply goes on after the handler is done.
 */
export async function sendAnswer(
  call: Pick<Call<unknown>, 'request' | 'reply' | 'signal'>,
  ask: (reader: Reader) => AsyncGenerator<Frame>,
  limits: ReaderLimits = READER_LIMITS,
): Promise<FastifyReply> {
  const format = chooseFormat(call.request.headers.accept);
  call.reply.header('cache-control', 'no-store').header('vary', 'accept');
  const { reader, bodyOf } = watchReader(call, limits);
  const stream = (chunks: AsyncIterable<Uint8Array | string>) => call.reply.code(200).type(format).send(bodyOf(chunks));
  const frames = ask(reader);
  if (format === ANSWER_MEDIA_TYPE) return stream(asFrames(frames));

  const answer = await openAnswer(frames);
  if (answer.stopped !== null) return refuse(call, answer.facts, answer.stopped);
  call.reply.header('strongroom-receipt', answer.facts.receipt);
  if (answer.facts.promise !== undefined) call.reply.header('strongroom-promise', answer.facts.promise);
  if (format === JSON_MEDIA_TYPE) return stream(asJson(answer));
  // These two have no place for it in their bytes: how the answer ended comes as trailers (RFC 9110 section 6.5).
  const { facts } = answer;
  call.reply.trailer('strongroom-complete', async () => String(facts.complete));
  call.reply.trailer('strongroom-row-count', async () => String(facts.rowCount));
  return stream(format === ARROW_MEDIA_TYPE ? answer.rows : asNdjson(answer));
}

/** Throws `http/not_acceptable` (406) naming what there is. */
function chooseFormat(accept: string | undefined): Format {
  const asked = (accept ?? '*/*').toLowerCase();
  const format = FORMATS.find((name) => asked.includes(name));
  if (format !== undefined) return format;
  if (asked.includes('*/*') || asked.includes('application/*')) return JSON_MEDIA_TYPE;
  throw new ProblemError('http/not_acceptable', 406, `answers come as ${FORMATS.join(', ')}`);
}

/** How far it came, and why no further. Its outcome is `denied`, `declined` or none: never one that reads as "no data". */
function refuse(
  call: Pick<Call<unknown>, 'reply'>,
  { outcome: _, ...facts }: AnswerFacts,
  { outcome, problem }: NonNullable<OpenAnswer['stopped']>,
): FastifyReply {
  return call.reply
    .code(problem.status)
    .type('application/problem+json')
    .send({ ...facts, ...(outcome === null ? {} : { outcome }), rows: [], ...problem });
}

async function* asFrames(frames: AsyncGenerator<Frame>): AsyncGenerator<Uint8Array> {
  for await (const frame of frames) yield frame.kind === 'event' ? encodeEvent(frame.event) : encodeRows(frame.bytes);
}

/** The object of the contract, its `rows` written batch by batch; what is known only at the end comes after them. */
async function* asJson({ facts, rows }: OpenAnswer): AsyncGenerator<string> {
  const { outcome: _, rowCount: _rows, complete: _complete, elapsedMs: _elapsed, ...known } = facts;
  yield `${JSON.stringify(known).slice(0, -1)},"rows":[`;
  let separator = '';
  for await (const batch of rowsFromArrow(rows)) {
    if (batch.length === 0) continue;
    yield separator + batch.map((row) => JSON.stringify(row)).join(',');
    separator = ',';
  }
  const { outcome, rowCount, complete, elapsedMs } = facts;
  yield `],${JSON.stringify({ outcome, rowCount, complete, elapsedMs }).slice(1)}`;
}

/** One object a row; of columns with the same name the later ones get `_2`, `_3`, … */
async function* asNdjson({ facts, rows }: OpenAnswer): AsyncGenerator<string> {
  const seen = new Map<string, number>();
  const keys = facts.columns.map(({ name }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return JSON.stringify(count === 1 ? name : `${name}_${count}`);
  });
  const before = keys.map((key, index) => `${index === 0 ? '' : ','}${key}:`);
  for await (const batch of rowsFromArrow(rows)) {
    let lines = '';
    for (const row of batch) {
      lines += '{';
      for (let index = 0; index < row.length; index += 1) lines += before[index] + jsonText(row[index]);
      lines += '}\n';
    }
    if (lines !== '') yield lines;
  }
}

/** As JSON.stringify has it, which is slow to call for each of millions of values; a number from `rowsFromArrow` is finite. */
function jsonText(value: unknown): string {
  if (typeof value === 'number') return value === 0 ? '0' : String(value);
  if (typeof value === 'string') return NEEDS_ESCAPE.test(value) ? JSON.stringify(value) : `"${value}"`;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return JSON.stringify(value);
}

// Quotes, backslashes, controls and halves of surrogate pairs (RFC 8259 section 7 and JSON.stringify, which escapes those alone).
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;
