import { annotateInputSchema, catalogHitSchema, catalogTableSchema, resourceSchema } from '@strongroom/protocol';
import { z } from 'zod';
import { type Verb, verb } from '#contracts';
import type { Catalog } from './index.ts';

const named = z.object({ resource: resourceSchema });

export function catalogRoutes(catalog: Catalog): Verb[] {
  return [
    verb({
      name: 'catalog.list',
      method: 'GET',
      path: '/catalog',
      summary: 'List the tables you may query, of one source or of all',
      permission: 'signed-in',
      audit: null,
      input: z.object({ query: z.object({ source: z.string().max(100).optional() }) }),
      output: z.object({ tables: z.array(catalogTableSchema) }),
      resource: ({ query }) => query.source ?? null,
      handle: async ({ asker, input }) => ({ tables: await catalog.tablesFor(asker, input.query.source) }),
    }),
    verb({
      name: 'catalog.search',
      method: 'GET',
      path: '/catalog/search',
      summary: 'Find tables and columns by words, best first',
      permission: 'signed-in',
      audit: null,
      input: z.object({ query: z.object({ words: z.string().max(2000) }) }),
      output: z.object({ hits: z.array(catalogHitSchema) }),
      handle: async ({ asker, input }) => ({ hits: await catalog.search(asker, input.query.words) }),
    }),
    verb({
      name: 'catalog.show',
      method: 'GET',
      path: '/catalog/{resource}',
      summary: 'Show one table: by source.schema.table, or by one of its columns',
      permission: 'signed-in',
      audit: null,
      input: z.object({ params: named }),
      output: catalogTableSchema,
      resource: ({ params }) => params.resource,
      handle: async ({ asker, input }) => catalog.show(asker, input.params.resource),
    }),
    verb({
      name: 'catalog.annotate',
      method: 'PATCH',
      path: '/catalog/{resource}',
      summary: 'Describe, tag or give an owner to a table or column',
      permission: 'catalog.describe',
      audit: 'catalog.annotated',
      input: z.object({ params: named, body: annotateInputSchema }),
      output: catalogTableSchema,
      resource: ({ params }) => params.resource,
      handle: async ({ asker, input }) => catalog.annotate(asker, input.params.resource, input.body),
    }),
  ];
}
