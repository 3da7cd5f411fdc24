import { describe, expect, test } from 'vitest';
import type { HostileText } from '#egress';
import { readReply } from './read-reply.ts';

const read = (text: string) => readReply(text as HostileText);

describe('the reply of a model', () => {
  test.each([
    ['SELECT 1', 'SELECT 1'],
    ['```sql\nSELECT 1;\n```', 'SELECT 1'],
    ['Sure! Here you go:\n\n```\nselect a\nfrom b\n```\nHope it helps', 'select a\nfrom b'],
    ['The answer is:\nSELECT a\nFROM b\n\nThis counts all.', 'SELECT a\nFROM b'],
    ['<think>maybe SELECT 9</think>\nSELECT 1', 'SELECT 1'],
    ['WITH x AS (SELECT 1) SELECT * FROM x;', 'WITH x AS (SELECT 1) SELECT * FROM x'],
  ])('one statement is taken from %j', (reply, sql) => {
    expect(read(reply)).toBe(sql);
  });

  test('what is no SELECT is handed on as it is: refusing is the guard’s', () => {
    expect(read('DROP TABLE flights')).toBe('DROP TABLE flights');
    expect(read('SELECT 1; DROP TABLE flights')).toBe('SELECT 1; DROP TABLE flights');
  });

  test.each([
    '',
    'NONE',
    'none.',
    'I cannot answer that.',
    '<html><title>Sign in</title></html>',
    '```\n```',
    `SELECT ${'x'.repeat(30_000)}`,
  ])('%j holds no statement', (reply) => {
    expect(read(reply)).toBeNull();
  });
});
