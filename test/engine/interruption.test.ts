// Attempts that are cut off: by their timeout, by a failing sibling, by whoever cancels the run. They are told,
// and waited for, before the run goes on.
import * as Effect from "effect/Effect"
import { describe, expect, it } from "@effect/vitest"
import { Engine, run, task, type, workflow } from "../../src/index.ts"
import { asyncWays, errorOf, pass, rejection, stores, until, virtualWays } from "./ways.ts"

const input = type<number>()

/** Ends some turns after it was told to, and leaves a mark when it has. */
const promising = (log: Array<string>, started: () => void = () => {}) =>
  task("promising", (_: number, { signal }) => {
    const { promise, reject } = Promise.withResolvers<number>()
    signal.addEventListener("abort", () => {
      log.push("told")
      setTimeout(() => {
        log.push("ended")
        reject(new Error("aborted"))
      }, 5)
    })
    started()
    return promise
  })

/** An Effect with a finalizer that takes a while. */
const effectful = (log: Array<string>, started: () => void = () => {}) =>
  task("effectful", (_: number, { signal }) =>
    Effect.suspend(() => {
      started()
      signal.addEventListener("abort", () => log.push("signal"))
      return Effect.onInterrupt(Effect.never as Effect.Effect<number>, () =>
        Effect.promise(async () => {
          log.push("told")
          await new Promise((resolve) => setTimeout(resolve, 5))
          log.push("ended")
        })
      )
    })
  )

describe.each(asyncWays)("a failing branch in $name", (way) => {
  it("interrupts its siblings at every depth, and waits for them before the run rejects", async () => {
    const logs: [Array<string>, Array<string>] = [[], []]
    const both = Promise.withResolvers<void>()
    let started = 0
    const arrived = () => {
      started += 1
      if (started === 2) both.resolve()
    }
    const failing = task("failing", async (_: number) => {
      await both.promise
      throw new Error("first")
    })
    const forking = workflow("forking", { input }, (b) =>
      b
        .fork({
          promised: promising(logs[0], arrived),
          deep: (x) => x.fork({ effect: effectful(logs[1], arrived) }).join(),
          fails: failing
        })
        .join()
    )
    expect(await rejection(way.run(forking, 1))).toMatchObject({ message: "first" })
    expect(logs[0]).toEqual(["told", "ended"])
    expect(logs[1]?.filter((line) => line !== "signal")).toEqual(["told", "ended"])
    expect(logs[1]).toContain("signal")
  })

  it("wins over one that fails later, and over what its siblings come to meanwhile", async () => {
    const stubborn = task("stubborn", async (_: number, { signal }) => {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))
      throw new Error("second")
    })
    const willing = task("willing", async (n: number, { signal }) => {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))
      return n
    })
    const failing = task("failing", async (_: number): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      throw new Error("first")
    })
    const forking = workflow("forking", { input }, (b) =>
      b.fork({ a: stubborn, b: willing, c: failing }).join()
    )
    expect(await rejection(way.run(forking, 1))).toMatchObject({ message: "first" })
  })

  it("starts nothing of what comes after its siblings", async () => {
    const called: Array<string> = []
    const failing = task("failing", (_: number): number => {
      throw new Error("at once")
    })
    const forking = workflow("forking", { input }, (b) =>
      b
        .fork({
          fails: failing,
          goesOn: (x) =>
            x
              .step("one", async (n) => n)
              .step("two", (n) => {
                called.push("two")
                return n
              })
        })
        .join("after", () => {
          called.push("after")
        })
    )
    expect(await rejection(way.run(forking, 1))).toMatchObject({ message: "at once" })
    expect(called).toEqual([])
  })
})

describe.each(virtualWays)("a timeout in $name", (way) => {
  it.effect("fires the signal of an attempt, and waits for it", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const slow = task("slow", { timeout: "1s" }, promising(log).fn as () => Promise<number>)
      const running = yield* way.start(
        workflow("w", { input }, (b) => b.then(slow)),
        1
      )
      yield* pass(1_000)
      yield* Effect.promise(() => until(() => running.exit() !== undefined))
      expect(log).toEqual(["told", "ended"])
      expect(errorOf(running)).toMatchObject({ _tag: "TaskTimedOut" })
    })
  )

  it.effect("interrupts an Effect with its finalizers, and waits for them", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const fn = effectful(log).fn as () => Effect.Effect<number>
      const slow = task("slow", { timeout: "1s" }, fn)
      const running = yield* way.start(
        workflow("w", { input }, (b) => b.then(slow)),
        1
      )
      yield* pass(1_000)
      yield* Effect.promise(() => until(() => running.exit() !== undefined))
      expect(log.filter((line) => line !== "signal")).toEqual(["told", "ended"])
      expect(errorOf(running)).toMatchObject({ _tag: "TaskTimedOut" })
    })
  )
})

describe("an aborted run in process", () => {
  it.each([
    ["promising", promising],
    ["effectful", effectful]
  ])("tells what runs and waits for it before it rejects: %s", async (_, make) => {
    const log: Array<string> = []
    const started = Promise.withResolvers<void>()
    const controller = new AbortController()
    const waiting = workflow("waiting", { input }, (b) =>
      b.fork({ a: make(log, started.resolve) }).join()
    )
    const running = rejection(run(waiting, 1, { signal: controller.signal }))
    await started.promise
    controller.abort()
    expect(await running).toBeInstanceOf(Error)
    expect(log.filter((line) => line !== "signal")).toEqual(["told", "ended"])
  })
})

describe("a run in process that is aborted before it starts", () => {
  it("rejects, and calls nothing", async () => {
    let calls = 0
    const counting = workflow("counting", { input }, (b) => b.step("count", () => ++calls))
    const aborted = run(counting, 1, { signal: AbortSignal.abort() })
    expect(await rejection(aborted)).toBeInstanceOf(Error)
    expect(calls).toBe(0)
  })
})

describe.each(stores)("an interrupted run on $name", ({ make }) => {
  it.each([
    ["promising", promising],
    ["effectful", effectful]
  ])("tells what runs and waits for it before it is cancelled: %s", async (_, toTask) => {
    const log: Array<string> = []
    const started = Promise.withResolvers<void>()
    const waiting = workflow("waiting", { input }, (b) =>
      b.fork({ a: toTask(log, started.resolve) }).join()
    )
    await using engine = await Engine.open({ store: make(), workflows: [waiting] })
    const handle = await engine.start(waiting, 1)
    await started.promise
    await handle.cancel({ reason: "enough", by: "me" })
    expect(await rejection(handle.result())).toMatchObject({
      _tag: "RunCancelled",
      reason: "enough",
      by: "me"
    })
    expect(log.filter((line) => line !== "signal")).toEqual(["told", "ended"])
  })

  it("does not wait for a task that never asked for its signal", async () => {
    const started = Promise.withResolvers<void>()
    const deaf = workflow("deaf", { input }, (b) =>
      b.step("hang", () => {
        started.resolve()
        return new Promise<number>(() => {})
      })
    )
    await using engine = await Engine.open({ store: make(), workflows: [deaf] })
    const handle = await engine.start(deaf, 1)
    await started.promise
    await handle.cancel()
    expect(await rejection(handle.result())).toMatchObject({ _tag: "RunCancelled" })
  })

  it("keeps in its history what its branches had finished", async () => {
    const started = Promise.withResolvers<void>()
    const forking = workflow("forking", { input }, (b) =>
      b
        .fork({
          done: (x) => x.step("quick", (n) => n),
          fails: (x) =>
            x.step("slow", async () => {
              await started.promise
              throw new Error("late")
            })
        })
        .join()
    )
    await using engine = await Engine.open({ store: make(), workflows: [forking] })
    const handle = await engine.start(forking, 1)
    await until(async () => (await handle.history()).some(({ _tag }) => _tag === "BranchEnded"))
    started.resolve()
    expect(await rejection(handle.result())).toMatchObject({ message: "late" })
    expect((await handle.history()).map(({ _tag }) => _tag)).toEqual([
      "TaskCompleted",
      "BranchEnded",
      "AttemptFailed",
      "RunFailed"
    ])
  })
})
