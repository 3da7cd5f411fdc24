import { Readable } from 'node:stream';
import { filePreviewSchema } from '@strongroom/protocol';
import { z } from 'zod';
import { type Verb, verb } from '#contracts';
import { emptyFile, notBytes } from './errors.ts';
import type { Files } from './index.ts';

export function filesRoutes(files: Files): Verb[] {
  return [
    verb({
      name: 'files.upload',
      method: 'POST',
      path: '/files',
      summary: 'Upload a file to become a source',
      permission: 'sources.manage',
      audit: 'files.uploaded',
      input: z.object({}),
      takesBytes: { headers: { 'x-file-name': 'name of the file, percent-encoded' } },
      output: filePreviewSchema,
      bodyBytesMax: files.sizeBytesMax,
      handle: async ({ asker, request, signal }) => {
        const { body } = request;
        if (body === undefined || body === null) throw emptyFile();
        if (!(body instanceof Readable)) throw notBytes();
        const name = request.headers['x-file-name'];
        return files.upload(asker, body, typeof name === 'string' ? name : undefined, signal);
      },
    }),
  ];
}
