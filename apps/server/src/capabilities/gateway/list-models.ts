import type { Call } from '#contracts';
import { openKey } from './admit.ts';
import { unknownModel } from './errors.ts';
import { audited, type RelayDeps } from './relay-request.ts';

/** What the key may use, as the protocol has it. The upstream is not asked: its own list says more than that. */
export function listModels(deps: RelayDeps, call: Call<unknown>): Promise<unknown> {
  return audited(deps, call, async () => {
    const { models } = await openKey(deps, call);
    return { object: 'list', data: Array.from(models, describe) };
  });
}

/** Throws `gateway/unknown_model` (404), which doesn't repeat the name. */
export function showModel(deps: RelayDeps, call: Call<unknown>, name: string): Promise<unknown> {
  return audited(deps, call, async () => {
    const { models } = await openKey(deps, call);
    if (!models.has(name)) throw unknownModel();
    return describe(name);
  });
}

function describe(id: string) {
  return { id, object: 'model', created: 0, owned_by: 'strongroom' };
}
