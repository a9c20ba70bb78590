// What the function of a node may say, and what becomes of anything else.
import { InvalidDecision } from "../task/Failure.ts"
import type { Decision } from "./Binding.ts"

interface At {
  readonly runId: string
  readonly node: string
}

/** The result as a decision. Throws `InvalidDecision`. */
export const decide = (kind: Decision, result: unknown, at: At): string | boolean | number => {
  switch (kind) {
    case "Route":
      if (typeof result === "string" || typeof result === "number" || typeof result === "boolean") {
        return String(result)
      }
      throw invalid(at, "the key of an arm", result)
    case "Loop":
      if (typeof result === "boolean") return result
      throw invalid(at, "true or false", result)
    case "SleepUntil": {
      const ms = result instanceof Date ? result.getTime() : result
      if (typeof ms === "number" && Number.isFinite(ms)) return Math.ceil(ms)
      throw invalid(at, "a Date, or milliseconds since 1970", result)
    }
  }
}

const invalid = (at: At, expected: string, result: unknown): InvalidDecision =>
  new InvalidDecision({ ...at, expected, got: describe(result) })

const describe = (result: unknown): string => {
  if (result === null) return "null"
  if (result instanceof Date) return "an invalid Date"
  return typeof result === "number" ? String(result) : typeof result
}
