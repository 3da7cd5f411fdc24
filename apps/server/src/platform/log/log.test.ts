import { expect, test } from 'vitest';
import { ProblemError } from '@strongroom/protocol';
import { createLog } from './index.ts';

const VALUE = 'planted-4242';

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog({ level: 'debug', stream: { write: (line) => void lines.push(line) } }));
  return lines.join('');
}

test('the text of an unknown error, which may quote a row, is not logged', () => {
  const error = Object.assign(new Error(`invalid input syntax for type integer: "${VALUE}"`), {
    code: '22P02',
    severity: 'ERROR',
    detail: VALUE,
    where: VALUE,
  });
  const text = logged((log) => log.error({ err: new Error('outer', { cause: error }) }, 'failed'));
  expect(text).not.toContain(VALUE);
  expect(text).toContain('22P02');
});

test('our own words of a problem are logged', () => {
  expect(
    logged((log) => log.error({ err: new ProblemError('a/b', 500, 'public words', { internal: 'inner words' }) })),
  ).toMatch(/public words.*inner words/);
});

test.each(['authorization', 'cookie', 'password', 'secret', 'token', 'sql', 'params', 'question', 'rows'])(
  'a member called %s is not logged, one level down either',
  (member) => {
    expect(logged((log) => log.info({ [member]: VALUE, inner: { [member]: VALUE } }))).not.toContain(VALUE);
  },
);

test('every line is one JSON object', () => {
  expect(JSON.parse(logged((log) => log.info({ a: 1 }, 'two\nlines')))).toMatchObject({ level: 'info', a: 1 });
});
