export type { HeldValue } from './bind-held.ts';
export type { ParameterValue } from './bind.ts';
export * from './build-tree.ts';
export { createGuard, type Guard, type GuardAnswer, type GuardRequest } from './guard.ts';
export type { Plan, PlanRelation } from './plan.ts';
export { printSelect } from './print-tree.ts';
export {
  type AskerPolicy,
  isTextType,
  type Mask,
  MASKS,
  type TableGrant,
  type TablePolicy,
  visibleTables,
} from './policy.ts';
export type { RefusalCode } from './refusal.ts';
