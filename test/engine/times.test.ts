// The limits of time of a task, in virtual time: one attempt, all attempts, and what comes too late.
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "@effect/vitest"
import { task, type, workflow } from "../../src/index.ts"
import { TaskDeadlineExceeded, TaskTimedOut } from "../../src/task/Failure.ts"
import { errorOf, exitOf, opened, pass, result, start, stores, virtualWays } from "./ways.ts"

const input = type<number>()

class Declined extends Data.TaggedError("Declined")<{ readonly code: number }> {}

describe.each(virtualWays)("the times of a task in $name", (way) => {
  const hang = () => new Promise<number>(() => {})

  it.effect("give each attempt a full fresh timeout, and count a timeout as a failure", () =>
    Effect.gen(function* () {
      const starts: Array<number> = []
      const clock = yield* Effect.clockWith(Effect.succeed)
      const slow = task(
        "slow",
        { timeout: "10s", retry: { maxRetries: 2, initialDelay: "5s" } },
        (_: number, { attempt }) => {
          starts.push(clock.currentTimeMillisUnsafe())
          return attempt < 3 ? hang() : Effect.delay(Effect.succeed(7), "9 seconds")
        }
      )
      const running = yield* way.start(
        workflow("slowly", { input }, (b) => b.then(slow)),
        1
      )
      for (const ms of [10_000, 5_000, 10_000, 5_000]) yield* pass(ms)
      expect(starts).toEqual([0, 15_000, 30_000])
      yield* pass(9_000)
      expect(exitOf(running)).toMatchObject({ value: 7 })
    })
  )

  it.effect("fail the run with TaskTimedOut when the last attempt is too slow", () =>
    Effect.gen(function* () {
      const slow = task("slow", { timeout: "10s", retry: { maxRetries: 1 } }, (_: number) => hang())
      const running = yield* way.start(
        workflow("slowly", { input }, (b) => b.then(slow)),
        1
      )
      yield* pass(10_000)
      yield* pass(10_000)
      const error = errorOf(running)
      expect(error).toBeInstanceOf(TaskTimedOut)
      expect(error).toMatchObject({ node: "slow", task: "slow", attempt: 2, timeoutMs: 10_000 })
    })
  )

  it.effect("bound all attempts by the deadline: while one runs", () =>
    Effect.gen(function* () {
      let calls = 0
      const slow = task(
        "slow",
        { timeout: "10s", deadline: "25s", retry: { maxRetries: 9 } },
        (_: number) => {
          calls += 1
          return hang()
        }
      )
      const running = yield* way.start(
        workflow("slowly", { input }, (b) => b.then(slow)),
        1
      )
      yield* pass(10_000)
      yield* pass(10_000)
      yield* pass(4_999)
      expect([calls, running.exit()]).toEqual([3, undefined])
      yield* pass(1)
      const error = errorOf(running)
      expect(error).toBeInstanceOf(TaskDeadlineExceeded)
      expect(error).toMatchObject({ node: "slow", task: "slow", attempts: 3, deadlineMs: 25_000 })
    })
  )

  it.effect("name the last failure as the cause of a deadline: between attempts", () =>
    Effect.gen(function* () {
      const flaky = task(
        "flaky",
        { deadline: "25s", retry: { maxRetries: 9, initialDelay: "10s" }, errors: [Declined] },
        (_: number, { attempt }): number => {
          throw new Declined({ code: attempt })
        }
      )
      const running = yield* way.start(
        workflow("w", { input }, (b) => b.then(flaky)),
        1
      )
      yield* pass(10_000)
      yield* pass(10_000)
      const error = errorOf(running)
      expect(error).toBeInstanceOf(TaskDeadlineExceeded)
      expect(error).toMatchObject({ attempts: 3, cause: { _tag: "Declined", code: 3 } })
    })
  )

  it.effect("wrap nothing twice: what the deadline cut off has no failure for its cause", () =>
    Effect.gen(function* () {
      const slow = task(
        "slow",
        { deadline: "5s", retry: { maxRetries: 3, initialDelay: "1s" } },
        (_: number) => hang()
      )
      const running = yield* way.start(
        workflow("w", { input }, (b) => b.then(slow)),
        1
      )
      yield* pass(5_000)
      const error = errorOf(running)
      if (!(error instanceof TaskDeadlineExceeded)) throw error
      expect([error.attempts, error.cause]).toEqual([1, undefined])
    })
  )

  it.effect("drop what a timed-out attempt comes to later", () =>
    Effect.gen(function* () {
      const first = Promise.withResolvers<number>()
      const slow = task(
        "slow",
        { timeout: "10s", retry: { maxRetries: 1 } },
        (_: number, { attempt }) =>
          attempt === 1 ? first.promise : Effect.delay(Effect.succeed(2), "5 seconds")
      )
      const running = yield* way.start(
        workflow("w", { input }, (b) => b.then(slow)),
        1
      )
      yield* pass(10_000)
      first.resolve(1)
      yield* pass(4_999)
      expect(running.exit()).toBeUndefined()
      yield* pass(1)
      expect(exitOf(running)).toMatchObject({ value: 2 })
    })
  )
})

describe.each(stores)("the deadline of a task on $name", ({ make }) => {
  const toWorkflow = (calls: Array<number>) => {
    const slow = task("slow", { deadline: "60s" }, (_: number) => {
      calls.push(1)
      return new Promise<number>(() => {})
    })
    return {
      first: workflow("first", { input }, (b) => b.then(slow)),
      second: workflow("second", { input }, (b) => b.step("add", (n) => n + 1).then(slow)),
      branch: workflow("branch", { input }, (b) => b.fork({ a: slow }).join())
    }
  }

  it.effect.each(["first", "second", "branch"] as const)(
    "counts from when it was reached, also when the engine is another: as %s",
    (place) =>
      Effect.gen(function* () {
        const source = make()
        const calls: Array<number> = []
        const slowly = toWorkflow(calls)[place]
        const open = opened(source, [slowly])
        const started = yield* Effect.scoped(
          Effect.gen(function* () {
            const started = yield* start(yield* open, slowly, { input: 1 })
            yield* pass(40_000)
            return started
          })
        )
        const runtime = yield* open
        yield* pass(19_999)
        expect(yield* runtime.client.get(started.id)).toMatchObject({ status: "running" })
        yield* pass(1)
        expect(yield* runtime.client.get(started.id)).toMatchObject({ status: "failed" })
        expect(yield* Effect.flip(result(runtime, slowly, started))).toBeInstanceOf(
          TaskDeadlineExceeded
        )
        expect(calls).toHaveLength(2)
      })
  )
})
