export { createShortMemory, forgetting, type ShortMemory } from './short-memory.ts';
