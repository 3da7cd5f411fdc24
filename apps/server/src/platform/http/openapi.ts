import { z } from 'zod';
import type { Verb } from '#contracts';
import { problemSchema } from '@strongroom/protocol';
import { API_PREFIX } from './route-path.ts';

/** An OpenAPI 3.1 document of the verbs, made from the same schemas that check what comes in and goes out. */
export function describeVerbs(verbs: readonly Verb[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const verb of verbs) {
    const path = API_PREFIX + verb.path;
    paths[path] = { ...paths[path], [verb.method.toLowerCase()]: describeVerb(verb) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Strongroom', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'strongroom',
          description:
            'A browser session; changes also need the header `x-strongroom: 1`. Named `__Host-strongroom` with TLS.',
        },
      },
      responses: {
        Problem: {
          description: 'refused or failed; branch on `code` only',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      schemas: { Problem: toSchema(problemSchema, 'output') },
    },
  };
}

function describeVerb(verb: Verb): Record<string, unknown> {
  const shape = (verb.input instanceof z.ZodObject ? verb.input.shape : {}) as Record<string, z.ZodType>;
  return {
    operationId: verb.name,
    summary: verb.summary,
    tags: [verb.name.slice(0, verb.name.indexOf('.'))],
    'x-permission': verb.permission,
    'x-audit': verb.audit,
    ...(verb.permission === 'public' ? { security: [] } : {}),
    parameters: [
      ...describeParameters(shape['params'], 'path'),
      ...describeParameters(shape['query'], 'query'),
      ...Object.entries(verb.takesBytes?.headers ?? {}).map(([name, description]) => ({
        name,
        in: 'header',
        description,
        required: true,
        schema: { type: 'string' },
      })),
    ],
    ...describeBody(verb, shape['body']),
    responses: {
      ...describeAnswer(verb),
      '4XX': { $ref: '#/components/responses/Problem' },
      '5XX': { $ref: '#/components/responses/Problem' },
    },
  };
}

function describeBody(verb: Verb, body: z.ZodType | undefined): Record<string, unknown> {
  if (verb.takesBytes !== undefined)
    return { requestBody: { required: true, content: { 'application/octet-stream': {} } } };
  if (body === undefined) return {};
  const required = !body.safeParse(undefined).success;
  return { requestBody: { required, content: { 'application/json': { schema: toSchema(body, 'input') } } } };
}

function describeAnswer({ output, answers }: Verb): Record<number, unknown> {
  const schema = output ?? answers?.schema;
  if (schema === undefined) return { 204: { description: 'done' } };
  const json = { schema: toSchema(schema, 'output') };
  const mediaTypes = answers?.mediaTypes ?? ['application/json'];
  const content = mediaTypes.map((mediaType) => [mediaType, mediaType === 'application/json' ? json : {}]);
  return { 200: { description: 'done', content: Object.fromEntries(content) } };
}

function describeParameters(schema: z.ZodType | undefined, place: 'path' | 'query'): unknown[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = toSchema(schema, 'input') as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, of]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: of,
  }));
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
