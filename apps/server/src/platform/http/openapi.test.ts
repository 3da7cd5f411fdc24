import { expect, test } from 'vitest';
import { z } from 'zod';
import { verb } from '#contracts';
import { describeVerbs } from './openapi.ts';

const common = { permission: 'ask', audit: null, input: z.object({}) } as const;
const document = describeVerbs(
  [
    verb({
      ...common,
      name: 'notes.remove',
      method: 'DELETE',
      path: '/notes/{id}',
      summary: 'remove',
      output: null,
      handle: async () => {},
    }),
    verb({
      ...common,
      name: 'notes.stream',
      method: 'POST',
      path: '/notes:stream',
      summary: 'stream',
      output: null,
      answers: { schema: z.object({ rows: z.array(z.string()) }), mediaTypes: ['application/json', 'text/x-rows'] },
      handle: async () => {},
    }),
    verb({
      ...common,
      name: 'notes.upload',
      method: 'POST',
      path: '/notes',
      summary: 'upload',
      output: z.object({ bytes: z.int() }),
      takesBytes: { headers: { 'x-note-name': 'what to call it' } },
      handle: async () => ({ bytes: 1 }),
    }),
  ],
  '0',
) as { paths: Record<string, Record<string, unknown>>; components: Record<string, unknown> };
const at = (method: string, path: string) => document.paths[`/api/v1${path}`]?.[method];

test('a verb without an answer is said to answer 204, and nothing else', () => {
  expect(at('delete', '/notes/{id}')).toMatchObject({ responses: { 204: { description: expect.any(String) } } });
  expect(at('delete', '/notes/{id}')).not.toHaveProperty('responses.200');
});

test('a verb that streams is said to answer in each of its formats, with a schema where it is JSON', () => {
  expect(at('post', '/notes:stream')).toMatchObject({
    responses: {
      200: {
        content: { 'application/json': { schema: { properties: { rows: { type: 'array' } } } }, 'text/x-rows': {} },
      },
    },
  });
});

test('a verb that takes bytes is said to, with the headers it reads', () => {
  expect(at('post', '/notes')).toMatchObject({
    parameters: [{ name: 'x-note-name', in: 'header', description: 'what to call it', required: true }],
    requestBody: { required: true, content: { 'application/octet-stream': {} } },
  });
});

test('every refusal and failure is a problem document, and a bearer token signs in', () => {
  for (const path of Object.values(document.paths))
    for (const operation of Object.values(path))
      expect(operation).toMatchObject({
        responses: {
          '4XX': { $ref: '#/components/responses/Problem' },
          '5XX': { $ref: '#/components/responses/Problem' },
        },
      });
  expect(document.components).toMatchObject({
    securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    responses: { Problem: { content: { 'application/problem+json': { schema: expect.anything() } } } },
  });
});
