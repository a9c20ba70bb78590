// When a failed task is called again: a serializable rule, and the one formula that reads it.
import * as Schema from "effect/Schema"
import { DurationMs } from "./Duration.ts"

/** The stored rule. Absent fields mean: factor 1, no cap, no jitter. */
export const RetryPolicy = Schema.Struct({
  /** Calls after the first one: a task is called at most `1 + maxRetries` times. */
  maxRetries: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })),
  initialDelayMs: DurationMs,
  factor: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 1_000 }))),
  maxDelayMs: Schema.optionalKey(DurationMs),
  jitter: Schema.optionalKey(Schema.Boolean)
})
export type RetryPolicy = typeof RetryPolicy.Type

/**
 * Milliseconds to wait before retry `n` (1-based): `initialDelay * factor^(n-1)`, capped, then jittered.
 * Jitter multiplies by 0.5 to 1.5: `random` is a number from 0 (included) to 1 (excluded).
 */
export const delayBeforeRetry = (policy: RetryPolicy, n: number, random: number): number => {
  const grown = policy.initialDelayMs * (policy.factor ?? 1) ** (n - 1)
  const capped = Math.min(grown, policy.maxDelayMs ?? Number.MAX_SAFE_INTEGER)
  return Math.ceil(policy.jitter === true ? capped * (0.5 + random) : capped)
}
