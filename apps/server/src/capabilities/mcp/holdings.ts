import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    place: 'table',
    name: 'mcp_settings',
    what: 'whether MCP clients get rows in the workspace',
    about: 'workspace',
    why: 'an admin decides whether a client that is itself a model sees data',
    howLong: 'as long as the workspace',
    fields: { rows_allowed: 'yes or no' },
    exported: 'not: it is about nobody',
    erased: 'stays',
  },
];
