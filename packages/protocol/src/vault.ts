import { z } from 'zod';

/** `pending`: destroyed keys whose epoch has not ended, and since when the oldest waits. */
export const vaultStatusSchema = z.object({
  holder: z.string(),
  keyVersion: z.number().int(),
  epoch: z.number().int(),
  objects: z.number().int(),
  pending: z.object({ count: z.number().int(), since: z.string().nullable() }),
});
export type VaultStatus = z.infer<typeof vaultStatusSchema>;

export const drillReportSchema = z.object({
  objects: z.number().int(),
  damaged: z.array(z.string()),
  seconds: z.number(),
});
export type DrillReport = z.infer<typeof drillReportSchema>;
