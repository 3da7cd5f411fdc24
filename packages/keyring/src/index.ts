export { loadRootKey } from './root-key.ts';
export { localKeyWrapper } from './local-key-wrapper.ts';
export type { KeyWrapper } from './key-wrapper.ts';
export { deriveKey, deriveSecret } from './derive-key.ts';
export { newKey, unwrapKey, wrapKey } from './wrap-key.ts';
export { commitToKey } from './commit-to-key.ts';
export type { Binding } from './binding.ts';
export { openBytes, sealBytes } from './seal-bytes.ts';
export { openStream, sealStream } from './seal-stream.ts';
