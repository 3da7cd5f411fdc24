export { createHttp } from './create-http.ts';
export type { Http, HttpOptions, Mount } from './create-http.ts';
export { contextOf } from './audit-entries.ts';
export type { GateAccess, GateIdentity } from './gate.ts';
export { checkPort } from './listen.ts';
export type { Readiness } from './health.ts';
export type { EndedAccess } from './running-calls.ts';
