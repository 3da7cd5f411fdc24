export type * from './asker.ts';
export type * from './audit.ts';
export { actorName, auditContext } from './audit.ts';
export type * from './sealer.ts';
export { verb } from './verb.ts';
export type { Call, Permission, Verb } from './verb.ts';
export { randomUUIDv7 } from './ids.ts';
export type * from './holdings.ts';
export type * from './migration.ts';
