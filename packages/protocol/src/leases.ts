import { z } from 'zod';

/** What an answer that is shown was made from: the source by name, and the `view` that came with the answer. */
export const shownAnswerSchema = z.object({ source: z.string().max(100), view: z.string().max(100) });
export type ShownAnswer = z.infer<typeof shownAnswerSchema>;

/** What a tab or program that asks holds, and renews as long as somebody looks. `renewedForMs`: then it lapses, for good. */
export const leaseSchema = z.object({ lease: z.uuid(), renewedForMs: z.int() });
export type Lease = z.infer<typeof leaseSchema>;

export const leaseRenewalInputSchema = z.object({ shown: z.array(shownAnswerSchema).max(20).optional() });
/** `drop`: of the views that were named, those that the asker has no more; their rows are to be let go of. */
export const leaseRenewalSchema = z.object({ renewedForMs: z.int(), drop: z.array(z.string()) });
export type LeaseRenewal = z.infer<typeof leaseRenewalSchema>;

/** As a member of what asks: nothing is answered, and what runs is cancelled in the source, once the lease has lapsed. */
export const leaseNameSchema = z.uuid().optional();
