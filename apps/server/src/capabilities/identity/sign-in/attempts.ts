import type { Clock } from '#platform/clock';
import { hashOf, newSecretText } from '../secret-text.ts';

export type Attempt = { readonly codeVerifier: string; readonly state: string; readonly nonce: string };

const ATTEMPT_MS = 10 * 60_000;
/** More than one address may begin in that time, so that its sign-ins don't push out others'. */
const ATTEMPTS_MAX = 100_000;

/** Sign-ins that wait for the provider's redirect, each bound to the browser that began it. In memory: a restart means starting again. */
export type Attempts = { begin(attempt: Attempt): string; take(secret: string | undefined): Attempt | null };

export function createAttempts(clock: Clock): Attempts {
  const waiting = new Map<string, { attempt: Attempt; expiresAtMs: number }>();
  return {
    begin(attempt) {
      const oldest = waiting.keys().next().value;
      if (waiting.size >= ATTEMPTS_MAX && oldest !== undefined) waiting.delete(oldest);
      const secret = newSecretText();
      waiting.set(hashOf(secret), { attempt, expiresAtMs: clock.now().getTime() + ATTEMPT_MS });
      return secret;
    },
    take(secret) {
      if (secret === undefined) return null;
      const key = hashOf(secret);
      const found = waiting.get(key);
      waiting.delete(key);
      return found === undefined || found.expiresAtMs < clock.now().getTime() ? null : found.attempt;
    },
  };
}
