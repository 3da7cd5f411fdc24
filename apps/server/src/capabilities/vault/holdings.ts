import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    table: 'vault_workspace_keys',
    what: 'the workspace key, wrapped',
    about: 'workspace',
    why: 'so that everything sealed in the workspace can be opened, and stops opening when the key is revoked',
    howLong: 'as long as the workspace',
  },
  {
    table: 'vault_object_keys',
    what: 'the data key of each sealed object, wrapped, and a commitment to it',
    about: 'workspace',
    why: 'so that one object can be opened, and erased for good by destroying its key',
    howLong: 'as long as the object',
  },
  {
    table: 'vault_places',
    what: 'under which version of the workspace key, and in which epoch, new data keys are wrapped',
    about: 'workspace',
    why: 'so that keys can move to newer ones while everything goes on',
    howLong: 'as long as the workspace',
  },
  {
    table: 'vault_destructions',
    what: 'which data keys were destroyed, when, and where the audit log says so',
    about: 'workspace',
    why: 'to make destructions final, and to certify them',
    howLong: 'as long as the workspace',
  },
];
