import type { FakeTransit } from '@strongroom/testkit';
import type { TransitRequest } from './transit-key-wrapper.ts';

/** Requests of tests, with the token that the fake accepted first. */
export function fetchTransit({ url, token }: Pick<FakeTransit, 'url' | 'token'>): TransitRequest {
  return async (method, path, body) => {
    const response = await fetch(`${url}/${path}`, { method, body, headers: { 'x-vault-token': token } });
    return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
  };
}
