// Cancelling: at once, wherever the run is, whoever asks.
import * as Effect from "effect/Effect"
import { describe, expect, it } from "@effect/vitest"
import { Engine, task, type, workflow } from "../../src/index.ts"
import { opened, pass, rejection, settle, start, stores, until } from "./ways.ts"

const input = type<number>()
const cancelled = { _tag: "RunCancelled", reason: "enough", by: "me" }
const why = { reason: "enough", by: "me" }

describe.each(stores)("a cancel on $name", ({ make }) => {
  it.effect(
    "ends a run that waits for its start, a timer, a retry or a signal, without time passing",
    () =>
      Effect.gen(function* () {
        const timer = workflow("timer", { input }, (b) =>
          b.delay("1d").step("after", () => called.push("timer"))
        )
        const retry = workflow("retry", { input }, (b) =>
          b.step(
            "try",
            (n) => {
              if (n > 0) throw new Error("no")
              return n
            },
            { retry: { maxRetries: 3, initialDelay: "1d" } }
          )
        )
        const signal = workflow("signal", { input }, (b) =>
          b.awaitSignal("go", input).step("after", () => called.push("signal"))
        )
        const called: Array<string> = []
        const runtime = yield* opened(make(), [timer, retry, signal])
        yield* start(runtime, timer, { id: "queued", input: 1, startAtMs: 86_400_000 })
        yield* start(runtime, timer, { id: "timer", input: 1 })
        yield* start(runtime, retry, { id: "retry", input: 1 })
        yield* start(runtime, signal, { id: "signal", input: 1 })
        for (const id of ["queued", "timer", "retry", "signal"]) {
          yield* runtime.client.control({ id, intent: "cancel", ...why })
        }
        yield* settle
        for (const id of ["queued", "timer", "retry", "signal"]) {
          expect(yield* runtime.client.get(id)).toMatchObject({
            status: "cancelled",
            waits: [],
            result: `{"reason":"enough","by":"me"}`
          })
          expect(yield* runtime.client.history(id)).toContainEqual({
            _tag: "RunCancelled",
            atMs: 0,
            ...why
          })
        }
        yield* pass(86_400_000 * 2)
        expect(called).toEqual([])
      })
  )

  it("right after the start ends the run before it does anything lasting", async () => {
    const gate = Promise.withResolvers<void>()
    const slow = workflow("slow", { input }, (b) =>
      b.step("wait", async (n) => {
        await gate.promise
        return n
      })
    )
    await using engine = await Engine.open({ store: make(), workflows: [slow] })
    const handle = await engine.start(slow, 1)
    await handle.cancel(why)
    expect(await rejection(handle.result())).toMatchObject(cancelled)
    gate.resolve()
  })

  it("between two tasks lets no other begin", async () => {
    const called: Array<string> = []
    const first = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const steps = workflow("steps", { input }, (b) =>
      b
        .step("one", async (n) => {
          first.resolve()
          await gate.promise
          return n
        })
        .step("two", () => called.push("two"))
    )
    await using engine = await Engine.open({ store: make(), workflows: [steps] })
    const handle = await engine.start(steps, 1)
    await first.promise
    // The task's end and the cancel are stored in one batch.
    const asked = handle.cancel(why)
    gate.resolve()
    await asked
    expect(await rejection(handle.result())).toMatchObject(cancelled)
    expect(called).toEqual([])
  })

  it("inside branches ends them all: the one that works and those that wait", async () => {
    const started = Promise.withResolvers<void>()
    let isAborted = false
    const work = task("work", (_: number, { signal }) => {
      signal.addEventListener("abort", () => {
        isAborted = true
      })
      started.resolve()
      return new Promise<number>((_, reject) =>
        signal.addEventListener("abort", () => reject(new Error("aborted")))
      )
    })
    const forking = workflow("forking", { input }, (b) =>
      b
        .fork({
          works: (x) => x.fork({ deep: work }).join(),
          timer: (x) => x.delay("1d"),
          signal: (x) => x.awaitSignal("go", input)
        })
        .join()
    )
    await using engine = await Engine.open({ store: make(), workflows: [forking] })
    const handle = await engine.start(forking, 1)
    await started.promise
    await handle.cancel(why)
    expect(await rejection(handle.result())).toMatchObject(cancelled)
    expect(isAborted).toBe(true)
    expect(await handle.status()).toEqual({ status: "cancelled", ...why })
  })

  it("by another engine interrupts the task where it runs", async () => {
    const source = make()
    const started = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<void>()
    const working = workflow("working", { input }, (b) =>
      b.step("work", (_, { signal }) => {
        started.resolve()
        return new Promise<number>((_, reject) => {
          signal.addEventListener("abort", () => {
            aborted.resolve()
            reject(new Error("aborted"))
          })
        })
      })
    )
    await using worker = await Engine.open({ store: source, workflows: [working] })
    await using other = await Engine.open({ store: source, workflows: [working], work: false })
    const handle = await worker.start(working, 1, { id: "r" })
    await started.promise
    await other.cancel("r", why)
    await aborted.promise
    expect(await rejection(handle.result())).toMatchObject(cancelled)
    expect(await rejection((await other.handle(working, "r")).result())).toMatchObject(cancelled)
  })

  it("twice is fine, and the first one counts", async () => {
    const waiting = workflow("waiting", { input }, (b) => b.awaitSignal("go", input))
    await using engine = await Engine.open({ store: make(), workflows: [waiting] })
    const handle = await engine.start(waiting, 1)
    await Promise.all([handle.cancel(why), handle.cancel({ reason: "again", by: "you" })])
    expect(await rejection(handle.result())).toMatchObject(cancelled)
    await handle.cancel({ reason: "once more" })
    expect(await handle.status()).toEqual({ status: "cancelled", ...why })
    const ends = (await handle.history()).filter(({ _tag }) => _tag === "RunCancelled")
    expect(ends).toHaveLength(1)
  })

  it("of a run that is over is RunFinished, of an unknown one RunNotFound", async () => {
    const doing = workflow("doing", { input }, (b) =>
      b.step("do", (n) => {
        if (n > 1) throw new Error("no")
        return n
      })
    )
    await using engine = await Engine.open({ store: make(), workflows: [doing] })
    const completed = await engine.start(doing, 1, { id: "completed" })
    const failed = await engine.start(doing, 2, { id: "failed" })
    await Promise.allSettled([completed.result(), failed.result()])
    for (const { id, cancel } of [completed, failed]) {
      expect(await rejection(cancel())).toMatchObject({ _tag: "RunFinished", id, status: id })
    }
    expect(await rejection(engine.cancel("nobody"))).toMatchObject({
      _tag: "RunNotFound",
      id: "nobody"
    })
  })

  it("beats a pause, whether it was asked for or has taken effect", async () => {
    const started = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const working = workflow("working", { input }, (b) =>
      b.awaitSignal("go", input).step("work", async () => {
        started.resolve()
        await gate.promise
      })
    )
    await using engine = await Engine.open({ store: make(), workflows: [working] })
    const asked = await engine.start(working, 1)
    await asked.signal("go", 1)
    await started.promise
    await asked.pause()
    await asked.cancel(why)
    expect(await rejection(asked.result())).toMatchObject(cancelled)
    gate.resolve()
    const paused = await engine.start(working, 1)
    await paused.pause()
    await until(async () => (await paused.status()).status === "paused")
    await paused.cancel(why)
    expect(await rejection(paused.result())).toMatchObject(cancelled)
    // Nor does a pause undo it.
    const late = await engine.start(working, 1)
    await Promise.all([late.cancel(why), late.pause(), late.resume()])
    expect(await rejection(late.result())).toMatchObject(cancelled)
  })
})
