// Starting a run: what it may be called, what happens when the id is taken, and when it begins.
import * as Effect from "effect/Effect"
import { describe, expect, it } from "@effect/vitest"
import { Engine, task, type, workflow } from "../../src/index.ts"
import { opened, pass, rejection, settle, start, stores, until } from "./ways.ts"

const input = type<number>()
const waiting = workflow("waiting", { input }, (b) =>
  b
    .step("keep", (n) => n)
    .fork({ n: (x) => x.step("pass", (n) => n), said: (x) => x.awaitSignal("go", type<string>()) })
    .join()
)
const workflows = [waiting]

describe.each(stores)("a start on $name", ({ make }) => {
  it("with an id that exists fails, and leaves the run alone", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const handle = await engine.start(waiting, 1, { id: "r" })
    expect(await rejection(engine.start(waiting, 2, { id: "r" }))).toMatchObject({
      _tag: "RunAlreadyExists",
      id: "r",
      workflow: "waiting"
    })
    await handle.signal("go", "on")
    expect(await handle.result()).toEqual({ n: 1, said: "on" })
    // Also when that run is over.
    expect(await rejection(engine.start(waiting, 2, { id: "r" }))).toMatchObject({
      _tag: "RunAlreadyExists"
    })
  })

  it("with useExisting gives the run that exists, running or over", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const options = { id: "r", onConflict: "useExisting" } as const
    const handle = await engine.start(waiting, 1, options)
    const again = await engine.start(waiting, 2, options)
    await again.signal("go", "on")
    expect(await handle.result()).toEqual({ n: 1, said: "on" })
    const late = await engine.start(waiting, 3, options)
    expect(await late.result()).toEqual({ n: 1, said: "on" })
    expect(await late.status()).toMatchObject({ status: "completed" })
  })

  it("of many at the same time with one id starts one", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const starts = await Promise.allSettled(
      [1, 2, 3].map((n) => engine.start(waiting, n, { id: "r" }))
    )
    expect(starts.map(({ status }) => status).toSorted()).toEqual([
      "fulfilled",
      "rejected",
      "rejected"
    ])
  })

  it("with terminateExisting ends the run that exists: its result says so, before and after", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const old = await engine.start(waiting, 1, { id: "r" })
    const before = rejection(old.result())
    await until(async () => (await old.status()).status === "parked")
    await old.signal("go", "for the old one")
    const renewed = await engine.start(waiting, 2, { id: "r", onConflict: "terminateExisting" })
    const cancelled = { _tag: "RunCancelled", id: "r", by: "onConflict terminateExisting" }
    expect(await before).toMatchObject(cancelled)
    expect(await rejection(old.result())).toMatchObject(cancelled)
    expect(await old.status()).toMatchObject({ status: "cancelled", by: cancelled.by })
    await until(async () => (await renewed.status()).status === "parked")
    await renewed.signal("go", "for the new one")
    expect(await renewed.result()).toEqual({ n: 2, said: "for the new one" })
  })

  it("with terminateExisting stops what the old run does, and nothing of it is recorded any more", async () => {
    const isOld = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const keys: Array<string> = []
    const after: Array<number> = []
    const work = task("work", async (n: number, { idempotencyKey }) => {
      keys.push(idempotencyKey)
      if (n === 1) {
        isOld.resolve()
        await gate.promise
      }
      return n
    })
    const working = workflow("working", { input }, (b) =>
      b.then(work).step("after", (n) => after.push(n))
    )
    await using engine = await Engine.open({ store: make(), workflows: [working] })
    const old = await engine.start(working, 1, { id: "r" })
    await isOld.promise
    const renewed = await engine.start(working, 2, { id: "r", onConflict: "terminateExisting" })
    await renewed.result()
    gate.resolve()
    expect(await rejection(old.result())).toMatchObject({ _tag: "RunCancelled" })
    await Effect.runPromise(settle)
    expect(after).toEqual([2])
    expect(new Set(keys).size).toBe(2)
    expect(await renewed.status()).toMatchObject({ status: "completed" })
    const history = (await renewed.history()).map(({ _tag }) => _tag)
    expect(history).toEqual(["RunReplaced", "TaskCompleted", "TaskCompleted", "RunCompleted"])
  })

  it("with terminateExisting by another engine interrupts the old run where it works", async () => {
    const source = make()
    const begun = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const working = workflow("working", { input }, (b) =>
      b.step("work", (n, { signal }) => {
        if (n === 2) return gate.promise.then(() => n)
        begun.resolve()
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
    const old = await worker.start(working, 1, { id: "r" })
    const before = rejection(old.result())
    await begun.promise
    const renewed = await other.start(working, 2, { id: "r", onConflict: "terminateExisting" })
    await aborted.promise
    expect(await before).toMatchObject({ _tag: "RunCancelled", by: "onConflict terminateExisting" })
    gate.resolve()
    expect(await renewed.result()).toBe(2)
  })

  it("with terminateExisting of a finished run starts anew", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const old = await engine.start(waiting, 1, { id: "r" })
    await old.signal("go", "on")
    await old.result()
    const renewed = await engine.start(waiting, 2, { id: "r", onConflict: "terminateExisting" })
    await renewed.signal("go", "again")
    expect(await renewed.result()).toEqual({ n: 2, said: "again" })
  })

  it.each([
    ["of one byte", "a"],
    ["of 256 bytes", "x".repeat(256)],
    ["of 256 bytes that are not 256 characters", "é".repeat(128)],
    ["with what SQL and paths might trip over", `o'r"d;e/r -- ../%_\\ 日本語 🎉`]
  ])("takes an id %s", async (_, id) => {
    await using engine = await Engine.open({ store: make(), workflows })
    const handle = await engine.start(waiting, 1, { id })
    await engine.signal(id, "go", "on")
    expect(await handle.result()).toEqual({ n: 1, said: "on" })
    expect((await engine.get(id)).id).toBe(id)
  })

  it.each([
    ["of no byte", ""],
    ["of 257 bytes", "x".repeat(257)],
    ["of 258 bytes in 129 characters", "é".repeat(129)],
    ["with a line feed", "a\nb"],
    ["with a zero byte", "a\0b"],
    ["with a delete character", "a\u007F"],
    ["with a line separator", "a\u2028b"],
    ["with half a surrogate pair", "a\uD800"]
  ])("refuses an id %s", async (_, id) => {
    await using engine = await Engine.open({ store: make(), workflows })
    expect(await rejection(engine.start(waiting, 1, { id }))).toMatchObject({
      _tag: "InvalidRunId"
    })
  })

  it("gives each run an id of its own when none is asked for", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const ids = await Promise.all([1, 2, 3].map(async (n) => (await engine.start(waiting, n)).id))
    expect(new Set(ids).size).toBe(3)
  })

  it("of a workflow that this engine cannot drive is refused", async () => {
    await using engine = await Engine.open({ store: make(), workflows: [] })
    expect(await rejection(engine.start(waiting, 1, { id: "r" }))).toMatchObject({
      _tag: "WorkflowNotRegistered",
      workflow: "waiting"
    })
    expect(await rejection(engine.get("r"))).toMatchObject({ _tag: "RunNotFound" })
  })
})

describe.each(stores)("many starts on $name", ({ make }) => {
  it("are driven a few at a time when the engine says so, and all come to their end", async () => {
    let running = 0
    let most = 0
    const working = workflow("working", { input }, (b) =>
      b
        .step("work", async (n) => {
          running += 1
          most = Math.max(most, running)
          await new Promise((resolve) => setTimeout(resolve, 2))
          running -= 1
          return n
        })
        .delay("2ms")
    )
    await using engine = await Engine.open({ store: make(), workflows: [working], runsMax: 3 })
    const numbers = Array.from({ length: 20 }, (_, n) => n)
    const handles = await Promise.all(numbers.map((n) => engine.start(working, n)))
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(numbers)
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThanOrEqual(3)
  })
})

describe.each(stores)("the time of a start on $name", ({ make }) => {
  const doing = workflow("doing", { input }, (b) => b.step("do", (n) => n))

  it.effect("is kept: nothing runs before it", () =>
    Effect.gen(function* () {
      const runtime = yield* opened(make(), [doing])
      const { id } = yield* start(runtime, doing, { input: 1, startAtMs: 60_000 })
      yield* pass(59_999)
      expect(yield* runtime.client.get(id)).toMatchObject({ status: "queued" })
      yield* pass(1)
      expect(yield* runtime.client.get(id)).toMatchObject({ status: "completed" })
    })
  )

  it.effect("that has passed already starts at once", () =>
    Effect.gen(function* () {
      yield* pass(5_000)
      const runtime = yield* opened(make(), [doing])
      const { id } = yield* start(runtime, doing, { input: 1, startAtMs: 1_000 })
      expect(yield* runtime.client.get(id)).toMatchObject({ status: "completed" })
    })
  )

  it.effect("is kept by a signal that comes before it", () =>
    Effect.gen(function* () {
      const runtime = yield* opened(make(), workflows)
      const { id } = yield* start(runtime, waiting, { input: 1, startAtMs: 60_000 })
      yield* runtime.client.signal({
        id,
        signal: "go",
        payload: "on",
        key: null,
        workflow: null,
        keep: false
      })
      yield* pass(59_999)
      expect(yield* runtime.client.get(id)).toMatchObject({ status: "queued" })
      yield* pass(1)
      expect(yield* runtime.client.get(id)).toMatchObject({
        status: "completed",
        result: `{"n":1,"said":"on"}`
      })
    })
  )

  it.effect("is kept by a pause that is withdrawn before it", () =>
    Effect.gen(function* () {
      const runtime = yield* opened(make(), [doing])
      const { id } = yield* start(runtime, doing, { input: 1, startAtMs: 60_000 })
      yield* runtime.client.control({ id, intent: "pause", reason: "", by: "" })
      yield* pass(10_000)
      yield* runtime.client.control({ id, intent: "resume", reason: "", by: "" })
      yield* pass(49_999)
      expect(yield* runtime.client.history(id)).not.toContainEqual(
        expect.objectContaining({ _tag: "TaskCompleted" })
      )
      yield* pass(1)
      expect(yield* runtime.client.get(id)).toMatchObject({ status: "completed" })
    })
  )
})
