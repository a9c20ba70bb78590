// How a node itself fails: by the clock, by a limit, by a value that it cannot use. Nobody throws these inside a
// task: whoever performs a node raises them, and the builder puts them into a workflow's error type where its author
// has asked for what can fail so.
import * as Data from "effect/Data"

/** The signal did not come in time, and the workflow does not say what to do then. */
export class SignalTimedOut extends Data.TaggedError("SignalTimedOut")<{
  readonly runId: string
  readonly node: string
  readonly signal: string
  readonly timeoutMs: number
}> {
  override get message(): string {
    return `Run ${this.runId} waited ${this.timeoutMs} ms at ${this.node} for signal '${this.signal}', which did not come: give the wait an onTimeout, or a longer timeout`
  }
}

/** One attempt of a task took longer than its `timeout`. Retried like any other failure. */
export class TaskTimedOut extends Data.TaggedError("TaskTimedOut")<{
  readonly runId: string
  readonly node: string
  readonly task: string
  /** 1-based. */
  readonly attempt: number
  readonly timeoutMs: number
}> {
  override get message(): string {
    return `Attempt ${this.attempt} of task '${this.task}' at ${this.node} of run ${this.runId} took longer than ${this.timeoutMs} ms: raise its timeout, or stop early on context.signal`
  }
}

/** All attempts of a task and the waits between them took longer than its `deadline`. Never retried. */
export class TaskDeadlineExceeded extends Data.TaggedError("TaskDeadlineExceeded")<{
  readonly runId: string
  readonly node: string
  readonly task: string
  /** Attempts made, the last one included. */
  readonly attempts: number
  readonly deadlineMs: number
  /** What the last attempt failed with; undefined when none had failed. */
  readonly cause: unknown
}> {
  override get message(): string {
    return `Task '${this.task}' at ${this.node} of run ${this.runId} did not succeed within ${this.deadlineMs} ms and ${this.attempts} attempts: see the cause, or raise its deadline`
  }
}

/** A route has no arm for the key, and no default. */
export class RouteKeyNotFound extends Data.TaggedError("RouteKeyNotFound")<{
  readonly runId: string
  readonly node: string
  readonly key: string
  readonly arms: ReadonlyArray<string>
}> {
  override get message(): string {
    return `Route ${this.node} of run ${this.runId} has no arm for ${JSON.stringify(this.key)}: it has ${this.arms.join(", ")}; add the arm, or an otherwise`
  }
}

/** A loop wants another round than its `max` allows. */
export class LoopLimitExceeded extends Data.TaggedError("LoopLimitExceeded")<{
  readonly runId: string
  readonly node: string
  readonly max: number
}> {
  override get message(): string {
    return `Loop ${this.node} of run ${this.runId} has run ${this.max} times and asks for more: raise its max, or let it go on with onMax: "continue"`
  }
}

/** The value at a `forEach` is no list. */
export class NotAList extends Data.TaggedError("NotAList")<{
  readonly runId: string
  readonly node: string
}> {
  override get message(): string {
    return `The value at ${this.node} of run ${this.runId} is no list, and forEach needs one: return an array from what comes before it`
  }
}

/** So many branches of a fork have failed that its join cannot come true. */
export class TooFewBranches extends Data.TaggedError("TooFewBranches")<{
  readonly runId: string
  readonly node: string
  /** Branches that had to succeed. */
  readonly needed: number
  /** What the failed ones failed with, by branch. */
  readonly errors: Readonly<Record<string, unknown>>
}> {
  override get message(): string {
    const failed = Object.keys(this.errors).join(", ")
    return `Fork ${this.node} of run ${this.runId} needs ${this.needed} of its branches to succeed, and these failed: ${failed}; see errors`
  }
}

/** A function of a node gave something that does not decide: a key, true or false, or a time. */
export class InvalidDecision extends Data.TaggedError("InvalidDecision")<{
  readonly runId: string
  readonly node: string
  readonly expected: string
  readonly got: string
}> {
  readonly retryable = false
  override get message(): string {
    return `The function of ${this.node} of run ${this.runId} gave ${this.got}, where ${this.expected} is expected`
  }
}
