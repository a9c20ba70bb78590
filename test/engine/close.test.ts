// Closing an engine, and what the next one finds: runs go on where they were, and a task that nobody has blocks.
import * as Effect from "effect/Effect"
import { describe, expect, it } from "@effect/vitest"
import { Engine, run, runSync, task, type, workflow } from "../../src/index.ts"
import { fromJson, toJson } from "../../src/ir/Json.ts"
import type { WorkflowEntry } from "../../src/task/Registry.ts"
import * as InProcess from "../../src/engine/InProcess.ts"
import { opened, rejection, settle, start, stores, until } from "./ways.ts"

const input = type<number>()

describe.each(stores)("a close on $name", ({ make }) => {
  it("lets a task that runs finish, records it, and hands the rest to the next engine", async () => {
    const source = make()
    const calls: Array<string> = []
    const begun = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const steps = workflow("steps", { input }, (b) =>
      b
        .step("one", async (n) => {
          calls.push("one")
          begun.resolve()
          await gate.promise
          return n + 1
        })
        .step("two", (n) => {
          calls.push("two")
          return n + 1
        })
    )
    const first = await Engine.open({ store: source, workflows: [steps] })
    const { id } = await first.start(steps, 1)
    await begun.promise
    const closed = first.close()
    gate.resolve()
    await closed
    expect(calls).toEqual(["one"])
    await using second = await Engine.open({ store: source, workflows: [steps] })
    const handle = await second.handle(steps, id)
    expect(await handle.result()).toBe(3)
    expect(calls).toEqual(["one", "two"])
  })

  it("interrupts a task that takes longer than the grace; the next engine calls it again, with the same key", async () => {
    const source = make()
    const keys: Array<string> = []
    const begun = Promise.withResolvers<void>()
    let isAborted = false
    const steps = workflow("steps", { input }, (b) =>
      b
        .step("one", (n) => n + 1)
        .step("two", (n, { attempt, idempotencyKey, signal }) => {
          keys.push(`${attempt} ${idempotencyKey}`)
          if (keys.length === 2) return Promise.resolve(n)
          begun.resolve()
          return new Promise<number>((_, reject) => {
            signal.addEventListener("abort", () => {
              isAborted = true
              reject(new Error("aborted"))
            })
          })
        })
    )
    const first = await Engine.open({ store: source, workflows: [steps] })
    const { id } = await first.start(steps, 1)
    await begun.promise
    await first.close({ graceMs: 1 })
    expect(isAborted).toBe(true)
    await using second = await Engine.open({ store: source, workflows: [steps] })
    expect(await (await second.handle(steps, id)).result()).toBe(2)
    expect(keys).toHaveLength(2)
    expect(keys[0]).toBe(keys[1])
  })

  it("rejects who waits for a result, and every later question", async () => {
    const asking = workflow("asking", { input }, (b) => b.awaitSignal("say", input))
    const engine = await Engine.open({ store: make(), workflows: [asking] })
    const handle = await engine.start(asking, 1)
    const waiting = rejection(handle.result())
    await engine.close()
    const closed = { _tag: "EngineClosed" }
    expect(await waiting).toMatchObject(closed)
    for (const ask of [
      () => engine.start(asking, 1),
      () => engine.get(handle.id),
      () => handle.signal("say", 1),
      () => handle.cancel(),
      () => handle.status(),
      () => handle.result(),
      () => engine.list().next()
    ]) {
      expect(await rejection(ask())).toMatchObject(closed)
    }
    await engine.close()
  })

  it("gives its runs to an engine that has been waiting for them", async () => {
    const source = make()
    const asking = workflow("asking", { input }, (b) =>
      b.awaitSignal("say", input).step("add", (n) => n + 1)
    )
    const first = await Engine.open({ store: source, workflows: [asking] })
    await using standby = await Engine.open({ store: source, workflows: [asking] })
    const { id } = await first.start(asking, 1)
    const handle = await standby.handle(asking, id)
    await first.close()
    await handle.signal("say", 2)
    expect(await handle.result()).toBe(3)
  })
})

describe.each(stores)("a task that nobody has on $name", ({ make }) => {
  const charge = task("charge", (n: number) => n + 1)
  const ship = task("ship", (n: number) => n * 2)
  const ordering = workflow("ordering", { input }, (b) =>
    b.fork({ charge, ship, free: (x) => x.step("note", (n) => n) }).join()
  )

  it("blocks the run, visibly, until an engine comes that has it", async () => {
    const source = make()
    const client = await Engine.open({ store: source, workflows: [ordering], work: false })
    const handle = await client.start(ordering, 1, { id: "r" })
    const lacking = await Engine.open({ store: source, workflows: [] })
    await until(async () => (await handle.status()).status === "blocked")
    const state = await handle.status()
    if (state.status !== "blocked") throw new Error(state.status)
    expect(state.missing.toSorted()).toEqual(["charge", "ordering#start+fork/free/note", "ship"])
    await lacking.close()
    await using _having = await Engine.open({ store: source, workflows: [ordering] })
    expect(await handle.result()).toEqual({ charge: 2, ship: 2, free: 1 })
    await client.close()
  })

  it("does not keep a blocked run from being cancelled", async () => {
    const source = make()
    await using client = await Engine.open({ store: source, workflows: [ordering], work: false })
    const handle = await client.start(ordering, 1, { id: "r" })
    await using _lacking = await Engine.open({ store: source, workflows: [] })
    await until(async () => (await handle.status()).status === "blocked")
    await handle.cancel({ reason: "enough" })
    expect(await rejection(handle.result())).toMatchObject({
      _tag: "RunCancelled",
      reason: "enough"
    })
  })

  it.effect("does not keep its siblings from working", () =>
    Effect.gen(function* () {
      const source = make()
      const partial: WorkflowEntry = {
        ...ordering,
        tasks: new Map([...ordering.tasks].filter(([name]) => name !== "ship"))
      }
      const lacking = yield* opened(source, [partial])
      const { id } = yield* start(lacking, partial, { input: 1 })
      yield* settle
      const { status, waits } = yield* lacking.client.get(id)
      expect([status, waits]).toEqual([
        "blocked",
        [{ _tag: "Task", node: "start+fork/ship/ship", task: "ship" }]
      ])
      const history = yield* lacking.client.history(id)
      expect(history.filter(({ _tag }) => _tag === "BranchEnded")).toHaveLength(2)
    })
  )
})

describe("a task that nobody has in process", () => {
  it("is TaskNotFound before anything runs: run and runSync", async () => {
    let calls = 0
    const full = workflow("full", { input }, (b) =>
      b
        .step("first", () => {
          calls += 1
          return 1
        })
        .fork({ deep: (x) => x.step("second", (n) => n) })
        .join()
    )
    const lacking = {
      ...full,
      tasks: new Map([...full.tasks].filter(([name]) => name.endsWith("first")))
    }
    const missing = {
      _tag: "TaskNotFound",
      workflow: "full",
      node: "first+fork/deep/second",
      task: "full#first+fork/deep/second"
    }
    expect(await rejection(run(lacking, 1))).toMatchObject(missing)
    expect(() => runSync(lacking, 1)).toThrow(expect.objectContaining(missing))
    expect(calls).toBe(0)
  })

  it("is found again by a definition that was read back from JSON", async () => {
    const adding = workflow("adding", { input }, (b) =>
      b.fork({ a: (x) => x.step("add", (n) => n + 1) }).join()
    )
    const read = { ...adding, definition: fromJson(toJson(adding.definition), "a test") }
    expect(await Effect.runPromise(InProcess.run(read, 1))).toEqual({ a: 2 })
    expect(runSync(read, 1)).toEqual({ a: 2 })
  })
})
