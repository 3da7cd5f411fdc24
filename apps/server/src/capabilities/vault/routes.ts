import { drillReportSchema, vaultStatusSchema } from '@strongroom/protocol';
import { z } from 'zod';
import { auditContext, type Verb, verb } from '#contracts';
import type { Vault } from './index.ts';

export function vaultRoutes(vault: Vault): Verb[] {
  return [
    verb({
      name: 'vault.show-status',
      method: 'GET',
      path: '/vault',
      summary: 'Who holds the keys, how many there are, and which destructions are not final yet',
      permission: 'workspace.manage',
      audit: null,
      input: z.object({}),
      output: vaultStatusSchema,
      handle: ({ asker }) => vault.showStatus(asker.workspaceId),
    }),
    verb({
      name: 'vault.rotate-key',
      method: 'POST',
      path: '/vault/key:rotate',
      summary: 'A new workspace key; every data key is wrapped under it, no data is touched',
      permission: 'workspace.manage',
      audit: 'vault.key_rotated',
      input: z.object({}),
      output: z.object({ keyVersion: z.number().int() }),
      handle: ({ asker }) => vault.rotateKey(asker.workspaceId),
    }),
    verb({
      name: 'vault.rotate-root',
      method: 'POST',
      path: '/vault/root:rotate',
      summary: 'A new root key in the key holder; the keys of all workspaces are wrapped under it',
      permission: 'workspace.manage',
      audit: 'vault.root_rotated',
      input: z.object({}),
      output: z.object({ rootVersion: z.number().int(), workspaces: z.number().int() }),
      handle: ({ asker }) => vault.rotateRoot(auditContext(asker)),
    }),
    verb({
      name: 'vault.drill',
      method: 'POST',
      path: '/vault:drill',
      summary: 'Rehearse a rotation on a shadow: whether every data key opens, and how long it takes',
      permission: 'workspace.manage',
      audit: 'vault.drilled',
      input: z.object({}),
      output: drillReportSchema,
      handle: ({ asker }) => vault.drill(asker.workspaceId),
    }),
    verb({
      name: 'vault.end-epochs',
      method: 'POST',
      path: '/vault/epochs:end',
      summary: 'Make pending destructions of keys final now',
      permission: 'workspace.manage',
      audit: 'vault.epochs_ended',
      input: z.object({}),
      output: z.object({ final: z.number().int() }),
      handle: ({ asker }) => vault.endEpochs(asker.workspaceId, { by: auditContext(asker) }),
    }),
  ];
}
