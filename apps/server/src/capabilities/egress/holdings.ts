import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    place: 'table',
    name: 'egress_settings',
    what: 'whether questions may go to the model, and to which region',
    about: 'workspace',
    why: 'an administrator has set it',
    howLong: 'as long as the workspace',
    fields: {
      use_model: 'whether the model answers, or the built-in translator alone',
      region: 'where the model must be; null: anywhere',
    },
    exported: 'not: it is about nobody',
    erased: 'with the workspace',
  },
];
