export { ConfigurationError, readEnvironment } from './environment.ts';
export { prepareHome, reasonOf, writePrivateFile } from './home.ts';
export { isLoopback } from './loopback.ts';
export { Secret } from './secret.ts';
export type { Config, Environment, Secrets, WitnessAddress } from './types.ts';
