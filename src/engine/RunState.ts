// A run as its user sees it: one status word, with what belongs to that status beside it.
import * as Codec from "../codec/Codec.ts"
import type { Wait } from "../run/Status.ts"
import type { Run, Text } from "../store/Store.ts"
import { RunCancelled } from "./EngineError.ts"
import type { Result } from "./Results.ts"

/** What a run does now. Times are the store's clock, in milliseconds since 1970. */
export type RunState<Output = unknown, E = unknown> =
  | { readonly status: "queued" }
  | { readonly status: "running" }
  | { readonly status: "parked"; readonly waitsFor: ReadonlyArray<Wait> }
  | { readonly status: "paused"; readonly waitsFor: ReadonlyArray<Wait> }
  /** No worker has these tasks; the run goes on when one comes that does. */
  | {
      readonly status: "blocked"
      readonly missing: ReadonlyArray<string>
      /** Why it cannot be taken up although nothing is missing; null when that is all. */
      readonly reason: string | null
    }
  | Ended<Output, E>

/** How a run has ended. */
export type Ended<Output = unknown, E = unknown> =
  | { readonly status: "completed"; readonly output: Output }
  | { readonly status: "failed"; readonly error: E; readonly node: string }
  | { readonly status: "cancelled"; readonly reason: string; readonly by: string }

/** A run with its state. */
export type RunInfo<Output = unknown> = RunState<Output> & {
  readonly id: string
  readonly workflow: string
  readonly tags: ReadonlyArray<string>
  readonly startedAt: Date
  /** The last time that its status changed. */
  readonly updatedAt: Date
  /** Asked for, and not yet carried out. */
  readonly requested: "cancel" | "pause" | null
}

export const toInfo = (run: Run, classes: Codec.ErrorClasses): RunInfo => ({
  ...toState(run, classes),
  id: run.id,
  workflow: run.workflow,
  tags: run.tags,
  startedAt: new Date(run.startedAtMs),
  updatedAt: new Date(run.updatedAtMs),
  requested: run.request?.intent ?? null
})

export const toState = (run: Run, classes: Codec.ErrorClasses): RunState => {
  switch (run.status) {
    case "queued":
    case "running":
      return { status: run.status }
    case "parked":
    case "paused":
      return { status: run.status, waitsFor: run.waits }
    case "blocked":
      return {
        status: "blocked",
        missing: run.waits.flatMap((wait) => (wait._tag === "Task" ? [wait.task] : [])),
        reason: run.waits.find((wait) => wait._tag === "Repair")?.reason ?? null
      }
    case "completed":
      return { status: "completed", output: Codec.decode(run.result ?? "null", classes) }
    case "failed":
      return { status: "failed", ...toFailure(run.result ?? "null", classes) }
    case "cancelled":
      return { status: "cancelled", ...toCancellation(run.result ?? "null") }
  }
}

/** How it has ended, as a value. */
export const toEnded = (result: Result, classes: Codec.ErrorClasses): Ended => {
  switch (result.status) {
    case "completed":
      return { status: "completed", output: Codec.decode(result.text, classes) }
    case "failed":
      return { status: "failed", ...toFailure(result.text, classes) }
    case "cancelled":
      return { status: "cancelled", ...toCancellation(result.text) }
  }
}

/** The output, or throws what the run failed with. */
export const toOutput = (id: string, result: Result, classes: Codec.ErrorClasses): unknown => {
  switch (result.status) {
    case "completed":
      return Codec.decode(result.text, classes)
    case "failed":
      throw toFailure(result.text, classes).error
    case "cancelled":
      throw new RunCancelled({ id, ...toCancellation(result.text) })
  }
}

// The journal writes a failure and a cancellation in these forms, and nobody else does.
const toFailure = (text: Text, classes: Codec.ErrorClasses) =>
  Codec.decode(text, classes) as { readonly error: unknown; readonly node: string }

const toCancellation = (text: Text) =>
  Codec.decode(text) as { readonly reason: string; readonly by: string }
