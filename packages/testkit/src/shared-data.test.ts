import { expect, test } from 'vitest';
import { sharedData } from './shared-data.ts';

test('outside material that is not there is null, not an error', () => {
  expect(sharedData('no-such-folder')).toBeNull();
});
