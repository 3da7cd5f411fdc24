import { hashField, hashFields } from '@strongroom/merkle-log';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entryContent } from './entry-content.ts';
import { openContent, packContent } from './sealed-content.ts';

test('what is sealed is the whole entry, and each field opens with its salt to what was hashed', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, fc.option(text), fc.dictionary(text, fc.double()), (name, maybe, counts) => {
      const content = entryContent(
        {
          workspaceId: '',
          actor: { kind: 'anonymous', id: null, name },
          sessionId: maybe,
          address: null,
          requestId: maybe,
        },
        {
          action: 'query.released',
          resource: maybe,
          decision: { allowed: true, reason: name },
          outcome: 'done',
          counts,
        },
        new Date(),
      );
      const { plaintext, fieldsHash } = packContent(content);
      const opened = openContent(plaintext);
      expect(opened.content).toEqual(JSON.parse(JSON.stringify(content)));
      const hashes = Object.entries(opened.fields).map(([field, [salt, json]]) =>
        hashField(field as keyof typeof opened.fields, Buffer.from(salt, 'base64'), json),
      );
      expect(hashFields(hashes).equals(fieldsHash)).toBe(true);
    }),
  );
});
