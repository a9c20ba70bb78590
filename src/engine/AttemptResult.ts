// What came of a call: something to wait for, a failure, and whether another attempt may help.
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { TaskDeadlineExceeded } from "../task/Failure.ts"
import type { AttemptContext } from "./Attempt.ts"
import { type Call, isPromise } from "./Binding.ts"

/**
 * How long an interrupted attempt that has asked for its signal is waited for, so that its clean-up is done
 * before the run goes on. One that never asked cannot know, and is not waited for.
 */
const graceMs = 5_000

/** Null when `result` is a plain value. The Effect, when interrupted, fires the attempt's signal. */
export const awaitResult = (
  result: unknown,
  context: AttemptContext
): Effect.Effect<unknown, unknown> | null => {
  if (isPromise(result)) return fromPromise(result, context)
  // A task's requirements are those of whoever runs it: the types of `run` and `Engine` have seen to them.
  if (Effect.isEffect(result)) {
    const effect = result as Effect.Effect<unknown, unknown>
    return Effect.onInterrupt(effect, () => Effect.sync(() => context.abort()))
  }
  return null
}

const fromPromise = (
  promise: PromiseLike<unknown>,
  context: AttemptContext
): Effect.Effect<unknown, unknown> => {
  // A failure may come before the fiber that waits for it has begun: it is nobody's unhandled rejection.
  promise.then(undefined, () => undefined)
  return Effect.callback((resume) => {
    promise.then(
      (value) => resume(Effect.succeed(value)),
      (error: unknown) => resume(Effect.fail(error))
    )
    return Effect.suspend(() => {
      context.abort()
      return context.hasListener ? settled(promise) : Effect.void
    })
  })
}

const settled = (promise: PromiseLike<unknown>): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const timer = setTimeout(() => resume(Effect.void), graceMs)
    const done = () => {
      clearTimeout(timer)
      resume(Effect.void)
    }
    promise.then(done, done)
  })

/** A run that cannot wait met a task that has to be waited for. */
export class AsyncTaskInSyncRun extends Data.TaggedError("AsyncTaskInSyncRun")<{
  readonly node: string
  readonly task: string
}> {
  readonly retryable = false
  override get message(): string {
    return `Task '${this.task}' at ${this.node} is asynchronous, and runSync cannot wait: use run, or make the task synchronous`
  }
}

/** The result of an Effect that is done without waiting. Throws its failure, or `AsyncTaskInSyncRun`. */
export const resultNow = (result: unknown, { node, task }: Call): unknown => {
  if (!Effect.isEffect(result)) {
    if (isPromise(result)) result.then(undefined, () => undefined)
    throw new AsyncTaskInSyncRun({ node, task })
  }
  // See `awaitResult` for its requirements.
  const exit = Effect.runSyncExit(result as Effect.Effect<unknown, unknown>)
  if (Exit.isSuccess(exit)) return exit.value
  const error = failureOf(exit.cause)
  if (!Cause.isAsyncFiberError(error)) throw error
  error.fiber.interruptUnsafe()
  throw new AsyncTaskInSyncRun({ node, task })
}

/** The error that a failed Effect stands for: what it failed with, or the defect. */
export const failureOf = (cause: Cause.Cause<unknown>): unknown => {
  const defect = cause.reasons.find(Cause.isDieReason)
  // A defect is a bug: calling again would only repeat it.
  if (defect !== undefined) return notRetryable(defect.defect)
  return Cause.squash(cause)
}

const defects = new WeakSet<object>()

const notRetryable = (defect: unknown): unknown => {
  if (typeof defect === "object" && defect !== null) defects.add(defect)
  return defect
}

/**
 * False for an error whose field `retryable` is false, for a defect, for the end of a deadline, and for what the
 * predicate rejects.
 */
export const isRetryable = (
  error: unknown,
  retryIf: ((error: unknown) => boolean) | undefined
): boolean => {
  if (typeof error === "object" && error !== null) {
    if (defects.has(error) || error instanceof TaskDeadlineExceeded) return false
    if ("retryable" in error && error.retryable === false) return false
  }
  return retryIf === undefined || retryIf(error)
}

/** Anything may be thrown, also what has no text. */
const textOf = (error: unknown): string => {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  } catch {
    return "something that has no text"
  }
}

/** One line for people: `CardDeclined: no funds`. */
export const summaryOf = (error: unknown): string => {
  const text = textOf(error)
  return text.length > 500 ? `${text.slice(0, 500)}...` : text
}
