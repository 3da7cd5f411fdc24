import { expect, test } from 'vitest';
import { type KeyState, reduceKey } from './keys.ts';

const idle: KeyState = { prefix: false };
const press = (key: string, more = {}) => ({ key, modified: false, typing: false, dialog: false, ...more });

test('g and a letter change the scene', () => {
  const first = reduceKey(idle, press('g'));
  expect(first).toEqual({ state: { prefix: true }, action: null });
  expect(reduceKey(first.state, press('s'))).toEqual({ state: { prefix: false }, action: { do: 'go', to: 'sources' } });
});

test('g and any other key does nothing, and is over', () => {
  expect(reduceKey({ prefix: true }, press('/'))).toEqual({ state: { prefix: false }, action: null });
});

test('while someone types, letters are letters; Escape still cancels', () => {
  expect(reduceKey(idle, press('/', { typing: true })).action).toBeNull();
  expect(reduceKey(idle, press('g', { typing: true })).state.prefix).toBe(false);
  expect(reduceKey(idle, press('Escape', { typing: true })).action).toEqual({ do: 'cancel' });
});

test('in a dialog Escape belongs to the dialog', () => {
  expect(reduceKey(idle, press('Escape', { dialog: true })).action).toBeNull();
});

test('keys of the browser are left alone', () => {
  expect(reduceKey(idle, press('g', { modified: true }))).toEqual({ state: { prefix: false }, action: null });
});
