// The life of a run in one word, and what a waiting run waits for.
import type { NodeId } from "../ir/Node.ts"

export const statuses = [
  "queued",
  "running",
  "parked",
  "paused",
  "blocked",
  "completed",
  "failed",
  "cancelled"
] as const
export type Status = (typeof statuses)[number]

export type FinishedStatus = "completed" | "failed" | "cancelled"

export const isFinished = (status: Status): status is FinishedStatus =>
  status === "completed" || status === "failed" || status === "cancelled"

/** One thing that a strand waits for. Times are the store's clock. */
export type Wait =
  | { readonly _tag: "Timer"; readonly node: NodeId; readonly atMs: number }
  | {
      readonly _tag: "Retry"
      readonly node: NodeId
      readonly attempt: number
      readonly atMs: number
    }
  | {
      readonly _tag: "Signal"
      readonly node: NodeId
      readonly signal: string
      readonly timeoutAtMs: number | null
    }
  /** The run cannot be taken up as it is stored; the reason says what to do. */
  | { readonly _tag: "Repair"; readonly node: null; readonly reason: string }
  /** No worker that holds the run has this task. */
  | { readonly _tag: "Task"; readonly node: NodeId; readonly task: string }
