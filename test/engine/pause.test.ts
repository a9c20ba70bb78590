// Pausing: what runs may finish, nothing new begins, and what comes meanwhile is kept.
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { Engine, type Handle, task, type, workflow } from "../../src/index.ts"
import type { AnyWorkflow } from "../../src/builder/Workflow.ts"
import { rejection, settle, stores, until } from "./ways.ts"

const input = type<number>()

const paused = (handle: Handle<AnyWorkflow>) =>
  until(async () => (await handle.status()).status === "paused")

const eventsOf = async (handle: Handle<AnyWorkflow>) =>
  (await handle.history()).map(({ _tag }) => _tag)

/** A task that waits to be let go, and says when it has begun. */
const gated = () => {
  const begun = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const work = task("work", async (n: number) => {
    begun.resolve()
    await gate.promise
    return n
  })
  return { work, begun: begun.promise, open: gate.resolve }
}

describe.each(stores)("a paused run on $name", ({ make }) => {
  it("that had not begun begins when it is resumed, also by another engine", async () => {
    const source = make()
    let calls = 0
    const doing = workflow("doing", { input }, (b) =>
      b.step("do", (n) => {
        calls += 1
        return n
      })
    )
    await using other = await Engine.open({ store: source, workflows: [doing], work: false })
    const handle = await other.start(doing, 1)
    await handle.pause()
    await using _worker = await Engine.open({ store: source, workflows: [doing] })
    await paused(handle)
    expect(calls).toBe(0)
    await handle.resume()
    expect(await handle.result()).toBe(1)
    expect(calls).toBe(1)
    expect(await eventsOf(handle)).toEqual([
      "RunPaused",
      "RunResumed",
      "TaskCompleted",
      "RunCompleted"
    ])
  })

  it("lets the task that runs finish, records it, and begins no other", async () => {
    const { begun, open, work } = gated()
    const called: Array<string> = []
    const steps = workflow("steps", { input }, (b) =>
      b.then(work).step("two", (n) => {
        called.push("two")
        return n + 1
      })
    )
    await using engine = await Engine.open({ store: make(), workflows: [steps] })
    const handle = await engine.start(steps, 1)
    await begun
    await handle.pause()
    expect(await handle.status()).toEqual({ status: "running" })
    expect((await engine.get(handle.id)).requested).toBe("pause")
    open()
    await paused(handle)
    expect((await engine.get(handle.id)).requested).toBeNull()
    expect(await eventsOf(handle)).toEqual(["TaskCompleted", "RunPaused"])
    expect(called).toEqual([])
    await handle.resume()
    expect(await handle.result()).toBe(2)
    expect(await eventsOf(handle)).toEqual([
      "TaskCompleted",
      "RunPaused",
      "RunResumed",
      "TaskCompleted",
      "RunCompleted"
    ])
  })

  it("begins nothing new in any branch, and goes on in all of them", async () => {
    const left = gated()
    const right = gated()
    const called: Array<string> = []
    const note = task("note", (n: number, { node }) => {
      called.push(node)
      return n
    })
    const forking = workflow("forking", { input }, (b) =>
      b
        .fork({
          left: (x) =>
            x.step("work", async (n) => (await left.work.fn(n, {} as never)) as number).then(note),
          deep: (x) =>
            x
              .fork({
                right: (y) =>
                  y
                    .step("work", async (n) => (await right.work.fn(n, {} as never)) as number)
                    .then(note)
              })
              .join()
        })
        .join()
    )
    await using engine = await Engine.open({ store: make(), workflows: [forking] })
    const handle = await engine.start(forking, 1)
    await Promise.all([left.begun, right.begun])
    await handle.pause()
    left.open()
    await until(async () => (await eventsOf(handle)).length === 1)
    expect(await handle.status()).toEqual({ status: "running" })
    right.open()
    await paused(handle)
    expect(called).toEqual([])
    await handle.resume()
    expect(await handle.result()).toEqual({ left: 1, deep: { right: 1 } })
    expect(called).toHaveLength(2)
  })

  it("stays paused when its engine closes and another opens", async () => {
    const source = make()
    const { begun, open, work } = gated()
    const steps = workflow("steps", { input }, (b) => b.then(work).step("two", (n) => n + 1))
    const first = await Engine.open({ store: source, workflows: [steps] })
    const { id, pause } = await first.start(steps, 1)
    await begun
    await pause()
    open()
    await first.close()
    await using second = await Engine.open({ store: source, workflows: [steps] })
    const handle = await second.handle(steps, id)
    await paused(handle)
    await handle.resume()
    expect(await handle.result()).toBe(2)
  })

  it("was withdrawn before it took effect: no trace", async () => {
    const { begun, open, work } = gated()
    const steps = workflow("steps", { input }, (b) => b.then(work).step("two", (n) => n + 1))
    await using engine = await Engine.open({ store: make(), workflows: [steps] })
    const handle = await engine.start(steps, 1)
    await begun
    await handle.pause()
    await handle.resume()
    open()
    expect(await handle.result()).toBe(2)
    expect(await eventsOf(handle)).toEqual(["TaskCompleted", "TaskCompleted", "RunCompleted"])
  })

  it("was withdrawn at the moment at which it would have taken effect: no trace", async () => {
    const { begun, open, work } = gated()
    const steps = workflow("steps", { input }, (b) => b.then(work).step("two", (n) => n + 1))
    await using engine = await Engine.open({ store: make(), workflows: [steps] })
    const handle = await engine.start(steps, 1)
    await begun
    await handle.pause()
    // The task's end and the resume are stored in one batch.
    const resumed = handle.resume()
    open()
    await resumed
    expect(await handle.result()).toBe(2)
    expect(await eventsOf(handle)).toEqual(["TaskCompleted", "TaskCompleted", "RunCompleted"])
  })

  it("takes no signal before it is resumed, and then what came meanwhile", async () => {
    const asking = workflow("asking", { input }, (b) =>
      b.awaitSignal("say", type<string>()).step("keep", (said) => said)
    )
    await using engine = await Engine.open({ store: make(), workflows: [asking] })
    const handle = await engine.start(asking, 1)
    await until(async () => (await handle.status()).status === "parked")
    await handle.pause()
    await paused(handle)
    expect(await handle.status()).toMatchObject({ waitsFor: [{ _tag: "Signal", signal: "say" }] })
    await handle.signal("say", "meanwhile")
    await Effect.runPromise(settle)
    expect((await handle.status()).status).toBe("paused")
    await handle.resume()
    expect(await handle.result()).toBe("meanwhile")
  })

  it("can be paused twice and resumed twice; a run that is not paused can be resumed", async () => {
    const asking = workflow("asking", { input }, (b) => b.awaitSignal("say", type<string>()))
    await using engine = await Engine.open({ store: make(), workflows: [asking] })
    const handle = await engine.start(asking, 1)
    await handle.resume()
    await Promise.all([handle.pause(), handle.pause()])
    await paused(handle)
    await handle.pause()
    await handle.resume()
    await handle.resume()
    await until(async () => (await handle.status()).status === "parked")
    await handle.signal("say", "on")
    expect(await handle.result()).toBe("on")
    const events = (await eventsOf(handle)).filter((event) => /Paused|Resumed/.test(event))
    expect(events).toEqual(["RunPaused", "RunResumed"])
  })

  it("is refused for a run that is over or unknown", async () => {
    const doing = workflow("doing", { input }, (b) => b.step("do", (n) => n))
    await using engine = await Engine.open({ store: make(), workflows: [doing] })
    const handle = await engine.start(doing, 1, { id: "r" })
    await handle.result()
    for (const ask of [handle.pause, handle.resume]) {
      expect(await rejection(ask())).toMatchObject({
        _tag: "RunFinished",
        id: "r",
        status: "completed"
      })
    }
    expect(await rejection(engine.pause("nobody"))).toMatchObject({ _tag: "RunNotFound" })
    expect(await rejection(engine.resume("nobody"))).toMatchObject({ _tag: "RunNotFound" })
  })
})
