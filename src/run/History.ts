// What happened in a run, kept for people. Nothing here is read to go on: a resume needs strands only.
import * as Schema from "effect/Schema"

const at = { atMs: Schema.Int }
const there = { ...at, node: Schema.String }

const failedAttempt = {
  ...there,
  attempt: Schema.Int,
  error: Schema.String,
  /** When the next attempt starts; null when this was the last. */
  retryAtMs: Schema.NullOr(Schema.Int)
}

/** One thing that happened. Times are the store's clock. Values are left out: they live with the run. */
export const HistoryEvent = Schema.Union([
  Schema.TaggedStruct("TaskCompleted", { ...there, attempt: Schema.Int }),
  Schema.TaggedStruct("AttemptFailed", failedAttempt),
  Schema.TaggedStruct("DelayStarted", { ...there, untilMs: Schema.Int }),
  Schema.TaggedStruct("DelayEnded", there),
  Schema.TaggedStruct("SignalAwaited", { ...there, signal: Schema.String }),
  Schema.TaggedStruct("SignalReceived", { ...there, signal: Schema.String }),
  Schema.TaggedStruct("SignalTimedOut", { ...there, signal: Schema.String }),
  Schema.TaggedStruct("BranchEnded", { ...there, branch: Schema.String }),
  Schema.TaggedStruct("ArmTaken", { ...there, key: Schema.String }),
  /** The body of a loop has run; another round begins, counted from 0. */
  Schema.TaggedStruct("LoopRepeated", { ...there, round: Schema.Int }),
  Schema.TaggedStruct("ErrorCaught", { ...there, error: Schema.String }),
  /** The workflow begins again, counted from 0. */
  Schema.TaggedStruct("StartedOver", { ...there, round: Schema.Int }),
  Schema.TaggedStruct("CompensationAttemptFailed", failedAttempt),
  /** What the task at the node did is undone. */
  Schema.TaggedStruct("CompensationCompleted", there),
  /** It could not be undone: somebody has to look after it. The others are undone all the same. */
  Schema.TaggedStruct("CompensationFailed", { ...there, error: Schema.String }),
  /** A new start took the id: what follows is the new run. */
  Schema.TaggedStruct("RunReplaced", at),
  Schema.TaggedStruct("RunPaused", at),
  Schema.TaggedStruct("RunResumed", at),
  Schema.TaggedStruct("RunCompleted", at),
  Schema.TaggedStruct("RunFailed", {
    ...at,
    node: Schema.NullOr(Schema.String),
    error: Schema.String
  }),
  Schema.TaggedStruct("RunCancelled", { ...at, reason: Schema.String, by: Schema.String })
])
export type HistoryEvent = typeof HistoryEvent.Type
