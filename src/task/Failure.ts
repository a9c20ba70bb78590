// How a node fails by the clock. Nobody throws these inside a task: whoever performs a node raises them, and
// the builder puts them into a workflow's error type where its author set the time that can run out.
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
