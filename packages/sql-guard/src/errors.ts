import { ProblemError } from '@strongroom/protocol';
import { REFUSALS, type RefusalData } from './refusal.ts';

export function problemOf(refusal: RefusalData): ProblemError {
  return new ProblemError(refusal.code, REFUSALS[refusal.code], refusal.message, { members: refusal.members });
}
