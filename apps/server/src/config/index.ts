export { ConfigurationError, isLoopback, readEnvironment } from './environment.ts';
export { prepareHome, reasonOf, writePrivateFile } from './home.ts';
export { Secret } from './secret.ts';
export type { Config, Environment, Secrets } from './types.ts';
