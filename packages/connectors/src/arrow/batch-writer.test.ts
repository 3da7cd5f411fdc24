import { Field, Int32, RecordBatchReader } from 'apache-arrow';
import { expect, test } from 'vitest';
import { createBatchWriter } from './batch-writer.ts';

test('columns named alike get names of their own, never one that is taken', () => {
  const fields = ['a', 'a', 'a_2', 'a'].map((name) => new Field(name, new Int32(), true));
  const reader = RecordBatchReader.from(createBatchWriter(fields, 1).start());
  reader.open();
  expect(reader.schema.fields.map((field) => field.name)).toEqual(['a', 'a_3', 'a_2', 'a_4']);
});
