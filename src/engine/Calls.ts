// The calls of one run: a strand's task with its value, under its limits of time, and what came of it told as
// an event. A task that is done at once costs no fiber and no timer.
import * as Effect from "effect/Effect"
import type { NodeId } from "../ir/Node.ts"
import type { Strand } from "../run/Strand.ts"
import type { Event } from "../run/Transition.ts"
import { TaskDeadlineExceeded, TaskTimedOut } from "../task/Failure.ts"
import { AttemptContext, call, type Caller } from "./Attempt.ts"
import { awaitResult, failureOf, isRetryable, resultNow, summaryOf } from "./AttemptResult.ts"
import type { Call } from "./Binding.ts"
import { decide } from "./Decision.ts"
import type { Wall } from "./Wall.ts"

type Results = Readonly<Record<string, unknown>>
const nothing = (): Results => ({})

interface Parts<Value> {
  readonly caller: Caller
  readonly wall: Wall<Value>
  readonly host: { readonly nowMs: () => number; readonly isSync: boolean }
  /** The value that a node has kept, as a strand sees it; undefined where there is none. */
  readonly kept: (strand: Strand<Value>, keep: NodeId) => Value | undefined
  /** Told once for each call, at once or later; not at all for one that is interrupted. */
  readonly ended: (event: Extract<Event<Value>, { readonly strand: Strand<Value> }>) => void
}

export class Calls<Value> {
  readonly #parts: Parts<Value>

  constructor(parts: Parts<Value>) {
    this.#parts = parts
  }

  /** Null when the call is done and told; else an Effect that waits for it. */
  make(strand: Strand<Value>, bound: Call): Effect.Effect<void> | null {
    const { caller, host, wall } = this.#parts
    const attempt = strand.failures + 1
    const leftMs =
      bound.deadlineMs === undefined ? undefined : strand.sinceMs + bound.deadlineMs - host.nowMs()
    if (leftMs !== undefined && leftMs <= 0) {
      this.#failed(strand, bound, this.#outOfTime(bound, strand.failures))
      return null
    }
    const context = new AttemptContext(caller, {
      node: bound.node,
      key: bound.key,
      attempt,
      indices: strand.indices,
      results: bound.kept.size === 0 ? nothing : () => this.#results(strand, bound.kept)
    })
    // Outside: a value that cannot be read here is no failure of the task. The run waits for whoever can read it.
    const value = wall.decode(strand.value)
    try {
      const result = call(bound, value, context)
      const waiting = awaitResult(result, context)
      if (waiting === null) this.#succeeded(strand, bound, result)
      else if (host.isSync) this.#succeeded(strand, bound, resultNow(result, bound))
      else return this.#await(strand, bound, { attempt, leftMs, waiting })
    } catch (error) {
      this.#failed(strand, bound, error)
    }
    return null
  }

  /** What is kept in sight, each decoded when it is read. */
  #results(strand: Strand<Value>, keeps: ReadonlyMap<string, NodeId>): Results {
    const { kept, wall } = this.#parts
    const results = {}
    for (const [name, keep] of keeps) {
      const get = () => {
        const value = kept(strand, keep)
        return value === undefined ? undefined : wall.decode(value)
      }
      Object.defineProperty(results, name, { get, enumerable: true })
    }
    return results
  }

  #await(
    strand: Strand<Value>,
    bound: Call,
    {
      attempt,
      leftMs,
      waiting
    }: {
      readonly attempt: number
      readonly leftMs: number | undefined
      readonly waiting: Effect.Effect<unknown, unknown>
    }
  ): Effect.Effect<void> {
    const limitMs = Math.min(bound.timeoutMs ?? Infinity, leftMs ?? Infinity)
    const tooLate = () =>
      limitMs === leftMs ? this.#outOfTime(bound, attempt) : this.#timedOut(bound, attempt)
    const timed = Number.isFinite(limitMs)
      ? Effect.timeoutOrElse(waiting, {
          duration: limitMs,
          orElse: () => Effect.fail(tooLate())
        })
      : waiting
    return Effect.matchCause(timed, {
      onSuccess: (result) => this.#succeeded(strand, bound, result),
      onFailure: (cause) => this.#failed(strand, bound, failureOf(cause))
    })
  }

  #succeeded(strand: Strand<Value>, bound: Call, result: unknown): void {
    const atMs = this.#parts.host.nowMs()
    try {
      if (bound.decides !== undefined) {
        const decision = decide(bound.decides, result, {
          runId: this.#parts.caller.runId,
          node: bound.node
        })
        return this.#parts.ended({ _tag: "Decided", atMs, strand, decision })
      }
      const where = `the output of task '${bound.task}' at ${bound.node}`
      const value = this.#parts.wall.encode(result, where)
      this.#parts.ended({ _tag: "Succeeded", atMs, strand, value })
    } catch (error) {
      this.#tellFailed(strand, { error, retryable: false })
    }
  }

  #failed(strand: Strand<Value>, bound: Call, error: unknown): void {
    try {
      this.#tellFailed(strand, { error, retryable: isRetryable(error, bound.entry.retryIf) })
    } catch (broken) {
      // The predicate itself has failed: its error says more than another attempt would.
      this.#tellFailed(strand, { error: broken, retryable: false })
    }
  }

  #tellFailed(
    strand: Strand<Value>,
    failed: { readonly error: unknown; readonly retryable: boolean }
  ): void {
    this.#parts.ended({
      _tag: "Failed",
      atMs: this.#parts.host.nowMs(),
      strand,
      error: this.#parts.wall.encodeError(failed.error),
      summary: summaryOf(failed.error),
      retryable: failed.retryable,
      random: Math.random()
    })
  }

  #timedOut({ node, task, timeoutMs = 0 }: Call, attempt: number): TaskTimedOut {
    return new TaskTimedOut({ runId: this.#parts.caller.runId, node, task, attempt, timeoutMs })
  }

  #outOfTime({ deadlineMs = 0, node, task }: Call, attempts: number): TaskDeadlineExceeded {
    const { runId } = this.#parts.caller
    return new TaskDeadlineExceeded({ runId, node, task, attempts, deadlineMs, cause: undefined })
  }
}
