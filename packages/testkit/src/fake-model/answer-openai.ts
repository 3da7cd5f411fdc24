import type { ServerResponse } from 'node:http';

/** What a well-behaved endpoint is asked for, as far as it changes the answer. */
type Asked = {
  readonly model?: string;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean } | null;
  readonly messages?: readonly { readonly content?: unknown }[];
  readonly tools?: readonly { readonly function?: { readonly name?: string } }[];
  readonly input?: unknown;
};

const JSON_HEADERS = { 'content-type': 'application/json' };
const EVENT_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
const CREATED = 1_700_000_000;
const CHAT_USAGE = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };
const RESPONSE_USAGE = {
  input_tokens: 7,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 12,
};

/**
 * Answers as OpenAI does: chats, whole or streamed, with a call of the first tool where there is one; embeddings of three numbers;
 * responses, whole or streamed. `content`: what the model says.
 */
export function answerOpenai(path: string, body: string, content: string, response: ServerResponse): void {
  const asked = JSON.parse(body) as Asked;
  if (path.endsWith('/chat/completions')) return answerChat(asked, content, response);
  if (path.endsWith('/embeddings')) return answerEmbeddings(asked, response);
  if (path.endsWith('/responses')) return answerResponse(asked, content, response);
  response.writeHead(404, JSON_HEADERS).end('{"error":{"message":"unknown path"}}');
}

function answerChat(asked: Asked, content: string, response: ServerResponse): void {
  const { model = '', tools } = asked;
  const tool = tools?.[0]?.function?.name;
  const calls = [{ index: 0, id: 'call_1', type: 'function', function: { name: tool, arguments: '{"city":"Ulm"}' } }];
  const finish_reason = tool === undefined ? 'stop' : 'tool_calls';
  if (asked.stream !== true) {
    const message =
      tool === undefined
        ? { role: 'assistant', content }
        : { role: 'assistant', content: null, tool_calls: calls.map(({ index: _, ...call }) => call) };
    const choices = [{ index: 0, message, finish_reason, logprobs: null }];
    const reply = { id: 'chatcmpl-1', object: 'chat.completion', created: CREATED, model, choices, usage: CHAT_USAGE };
    return sendJson(response, reply);
  }
  const chunk = (choices: unknown[], more: object = {}): string =>
    event({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: CREATED, model, choices, ...more });
  const choice = (delta: object, reason: string | null = null) => [{ index: 0, delta, finish_reason: reason }];
  const said = tool === undefined ? words(content).map((word) => ({ content: word })) : [{ tool_calls: calls }];
  response.writeHead(200, EVENT_HEADERS);
  response.write(chunk(choice({ role: 'assistant', content: '' })));
  for (const delta of said) response.write(chunk(choice(delta)));
  response.write(chunk(choice({}, finish_reason)));
  if (asked.stream_options?.include_usage === true) response.write(chunk([], { usage: CHAT_USAGE }));
  response.end('data: [DONE]\n\n');
}

function answerEmbeddings(asked: Asked, response: ServerResponse): void {
  const inputs = Array.isArray(asked.input) ? asked.input : [asked.input];
  const data = inputs.map((_, index) => ({ object: 'embedding', index, embedding: [0.25, -0.5, 0.125] }));
  sendJson(response, { object: 'list', data, model: asked.model, usage: { prompt_tokens: 7, total_tokens: 7 } });
}

function answerResponse(asked: Asked, content: string, response: ServerResponse): void {
  const item = {
    type: 'message',
    id: 'msg_1',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text: content, annotations: [] }],
  };
  const reply = (status: string, output: unknown[], usage: unknown) => ({
    id: 'resp_1',
    object: 'response',
    created_at: CREATED,
    status,
    error: null,
    incomplete_details: null,
    model: asked.model,
    output,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    usage,
  });
  if (asked.stream !== true) return sendJson(response, reply('completed', [item], RESPONSE_USAGE));
  let sequence_number = 0;
  const send = (type: string, more: object): void => {
    response.write(`event: ${type}\n${event({ type, sequence_number, ...more })}`);
    sequence_number += 1;
  };
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  response.writeHead(200, EVENT_HEADERS);
  send('response.created', { response: reply('in_progress', [], null) });
  send('response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress', content: [] } });
  send('response.content_part.added', { ...place, part: { type: 'output_text', text: '', annotations: [] } });
  for (const delta of words(content)) send('response.output_text.delta', { ...place, delta });
  send('response.output_text.done', { ...place, text: content });
  send('response.content_part.done', { ...place, part: item.content[0] });
  send('response.output_item.done', { output_index: 0, item });
  send('response.completed', { response: reply('completed', [item], RESPONSE_USAGE) });
  response.end();
}

function sendJson(response: ServerResponse, reply: object): void {
  const text = JSON.stringify(reply);
  response.writeHead(200, { ...JSON_HEADERS, 'content-length': Buffer.byteLength(text) }).end(text);
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function words(content: string): string[] {
  return content.split(/(?<= )/);
}

/** So many events of about so many bytes, no faster than they are read; Infinity: until the other side leaves. */
export function answerEvents(count: number, eventBytes: number, response: ServerResponse): void {
  const text = event({ id: 'chatcmpl-1', choices: [{ index: 0, delta: { content: 'x'.repeat(eventBytes) } }] });
  let left = count;
  const pump = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(text)) return void response.once('drain', pump);
    }
    if (!response.destroyed) response.end('data: [DONE]\n\n');
  };
  response.writeHead(200, EVENT_HEADERS);
  pump();
}
