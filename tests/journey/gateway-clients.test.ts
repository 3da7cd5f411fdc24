import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { runProgram } from '@strongroom/testkit';
import { embed, generateText, jsonSchema, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from './support/calls.ts';
import { type ApiKey, type GatewayWorld, makeKey, startGateway } from './support/gateway.ts';

const SAID = 'Ulm is on the Danube.';
const PICTURE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let world: GatewayWorld;
let key: ApiKey;
beforeAll(async () => {
  world = await startGateway();
  key = await makeKey(world.server);
});
afterAll(() => world[Symbol.asyncDispose]());

/** What the upstream was sent last. */
const sent = () => JSON.parse(world.model.requests.at(-1)?.body ?? '{}') as Record<string, unknown>;

describe('the official client of OpenAI', () => {
  const messages = [{ role: 'user' as const, content: 'Where is Ulm?' }];
  let client: OpenAI;
  beforeAll(() => {
    client = new OpenAI({ apiKey: key.secret, baseURL: world.baseUrl });
  });

  test('chats', async () => {
    const reply = await client.chat.completions.create({ model: 'small', messages });
    expect(reply.choices[0]?.message.content).toBe(SAID);
    expect(reply.usage?.total_tokens).toBe(12);
    expect(sent()).toEqual({ model: 'small', messages, store: false });
  });

  test('streams a chat, and sees no token counts that it did not ask for', async () => {
    let said = '';
    for await (const chunk of await client.chat.completions.create({ model: 'small', messages, stream: true })) {
      expect(chunk.choices).toHaveLength(1);
      said += chunk.choices[0]?.delta.content ?? '';
    }
    expect(said).toBe(SAID);
    expect(sent()).toEqual({
      model: 'small',
      messages,
      stream: true,
      store: false,
      stream_options: { include_usage: true },
    });
  });

  test('streams a chat with the token counts that it asked for', async () => {
    const chunks = [];
    const options = { model: 'small', messages, stream: true, stream_options: { include_usage: true } } as const;
    for await (const chunk of await client.chat.completions.create(options)) chunks.push(chunk);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 5 } });
  });

  test('gets calls of its tools, and sends pictures, untouched', async () => {
    const tools = [
      { type: 'function' as const, function: { name: 'weather', parameters: { type: 'object', properties: {} } } },
    ];
    const content = [
      { type: 'text' as const, text: 'What is this?' },
      { type: 'image_url' as const, image_url: { url: PICTURE } },
    ];
    const reply = await client.chat.completions.create({
      model: 'small',
      tools,
      messages: [{ role: 'user', content }],
    });
    expect(reply.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'weather', arguments: '{"city":"Ulm"}' },
    });
    expect(sent()).toEqual({ model: 'small', tools, messages: [{ role: 'user', content }], store: false });
  });

  test('embeds', async () => {
    const reply = await client.embeddings.create({ model: 'small', input: ['a', 'b'], encoding_format: 'float' });
    expect(reply.data.map(({ embedding }) => embedding)).toEqual([
      [0.25, -0.5, 0.125],
      [0.25, -0.5, 0.125],
    ]);
  });

  test('gets a response, whole and streamed, and the upstream keeps neither', async () => {
    const whole = await client.responses.create({ model: 'small', input: 'Where is Ulm?' });
    expect(whole.output_text).toBe(SAID);
    expect(sent()).toMatchObject({ store: false });
    let said = '';
    for await (const event of await client.responses.create({ model: 'small', input: 'Where?', stream: true }))
      if (event.type === 'response.output_text.delta') said += event.delta;
    expect(said).toBe(SAID);
    expect(sent()).toMatchObject({ store: false });
  });

  test('lists the models of its key', async () => {
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['small']);
    expect(await client.models.retrieve('small')).toMatchObject({ id: 'small', object: 'model' });
  });

  test('understands each refusal', async () => {
    const refusal = (work: Promise<unknown>) => work.catch((error: unknown) => error);
    const stored = refusal(client.chat.completions.create({ model: 'small', messages, store: true }));
    expect(await stored).toBeInstanceOf(OpenAI.BadRequestError);
    expect(await stored).toMatchObject({ code: 'gateway/would_persist', type: 'invalid_request_error' });
    expect(await refusal(client.chat.completions.create({ model: 'large', messages }))).toBeInstanceOf(
      OpenAI.NotFoundError,
    );
    expect(await refusal(client.responses.retrieve('resp_1'))).toMatchObject({ code: 'gateway/would_persist' });
    expect(await refusal(client.batches.list())).toMatchObject({ code: 'gateway/would_persist' });
    const stranger = new OpenAI({ apiKey: `sr_${'x'.repeat(43)}`, baseURL: world.baseUrl });
    expect(await refusal(stranger.models.list())).toBeInstanceOf(OpenAI.AuthenticationError);
  });

  test('understands a stream that the upstream breaks off', async () => {
    const event = 'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Ulm"}}]}\n\n';
    world.model.behave({ kind: 'broken-events', events: [event], ending: 'drop' });
    const stream = await client.chat.completions.create({ model: 'small', messages, stream: true });
    const reading = (async () => {
      for await (const _ of stream);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'gateway/upstream_unavailable' });
    world.model.behave({ kind: 'openai', content: SAID });
  });
});

describe('Vercel’s ai', () => {
  const provider = () => createOpenAICompatible({ name: 'strongroom', baseURL: world.baseUrl, apiKey: key.secret });

  test('generates and streams text', async () => {
    const whole = await generateText({ model: provider()('small'), prompt: 'Where is Ulm?' });
    expect([whole.text, whole.usage.totalTokens]).toEqual([SAID, 12]);
    const streamed = streamText({ model: provider()('small'), prompt: 'Where is Ulm?' });
    expect(await streamed.text).toBe(SAID);
  });

  test('calls tools', async () => {
    const inputSchema = jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } } });
    const weather = tool({ inputSchema, execute: async ({ city }) => `It rains in ${city}.` });
    const { toolCalls } = await generateText({ model: provider()('small'), prompt: 'Weather?', tools: { weather } });
    expect(toolCalls).toMatchObject([{ toolName: 'weather', input: { city: 'Ulm' } }]);
  });

  test('embeds', async () => {
    const { embedding } = await embed({ model: provider().embeddingModel('small'), value: 'Ulm' });
    expect(embedding).toEqual([0.25, -0.5, 0.125]);
  });

  test('understands a refusal', async () => {
    await expect(generateText({ model: provider()('large'), prompt: 'x', maxRetries: 0 })).rejects.toThrow(
      'there is no such model',
    );
  });
});

describe('curl', () => {
  const curl = (...args: string[]) =>
    runProgram('curl', ['-sS', '--max-time', '60', '-H', `authorization: Bearer ${key.secret}`, ...args]);

  test('chats, whole and streamed', async () => {
    const body = { model: 'small', messages: [{ role: 'user', content: 'Where is Ulm?' }] };
    const post = (more: object) =>
      curl('--json', JSON.stringify({ ...body, ...more }), `${world.baseUrl}/chat/completions`);
    expect(JSON.parse((await post({})).stdout)).toMatchObject({ choices: [{ message: { content: SAID } }] });
    const { stdout } = await post({ stream: true });
    const lines = stdout.split('\n\n').filter((line) => line !== '');
    expect(lines.every((line) => line.startsWith('data: '))).toBe(true);
    expect([lines.length, lines.at(-1)]).toEqual([8, 'data: [DONE]']);
  });

  test('sends 5 MB, for which it first asks', async () => {
    const body = { model: 'small', messages: [{ role: 'user', content: 'x'.repeat(5_000_000) }] };
    const { stdout } = await runProgram(
      'curl',
      [
        '-sS',
        '-H',
        `authorization: Bearer ${key.secret}`,
        '-H',
        'content-type: application/json',
        '-d',
        '@-',
        `${world.baseUrl}/chat/completions`,
      ],
      { input: JSON.stringify(body) },
    );
    expect(JSON.parse(stdout)).toMatchObject({ choices: [{ message: { content: SAID } }] });
  });

  test('is told why a form is not accepted', async () => {
    const { stdout } = await curl('-d', 'model=small', `${world.baseUrl}/chat/completions`);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'http/unsupported_media_type', type: 'invalid_request_error' },
    });
  });
});

test('what all of them used is counted for the key', async () => {
  const { body } = await call(world.server, 'GET', 'gateway');
  expect(body['usage']).toMatchObject([{ key: key.id, model: 'small' }]);
  expect((body['usage'] as { requests: number }[])[0]?.requests).toBeGreaterThan(10);
});
