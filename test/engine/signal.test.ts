// The signal node: the oldest signal of its name, taken once.
import { describe, expect, it } from "vitest"
import { Engine, type Handle, task, type, workflow } from "../../src/index.ts"
import type { AnyWorkflow } from "../../src/builder/Workflow.ts"
import { rejection, stores, until } from "./ways.ts"

const input = type<number>()
const text = type<string>()

/** The run waits at exactly these nodes. */
const parked = (handle: Handle<AnyWorkflow>, ...nodes: ReadonlyArray<string>) =>
  until(async () => {
    const state = await handle.status()
    if (state.status !== "parked") return false
    return nodes.join() === state.waitsFor.map(({ node }) => node).join()
  })

describe.each(stores)("a wait for a signal on $name", ({ make }) => {
  it("parks, and its payload becomes the value: as first, middle and last node", async () => {
    const asking = workflow("asking", { input }, (b) =>
      b
        .awaitSignal("first", text)
        .step("shout", (said) => said.toUpperCase())
        .awaitSignal("second", text)
        .step("keep", (said) => said)
        .awaitSignal("third", text)
    )
    await using engine = await Engine.open({ store: make(), workflows: [asking] })
    const handle = await engine.start(asking, 1)
    for (const name of ["first", "second", "third"] as const) {
      await parked(handle, name)
      await handle.signal(name, `${name}!`)
    }
    expect(await handle.result()).toBe("third!")
    expect((await handle.history()).map(({ _tag }) => _tag)).toEqual([
      "SignalAwaited",
      "SignalReceived",
      "TaskCompleted",
      "SignalAwaited",
      "SignalReceived",
      "TaskCompleted",
      "SignalAwaited",
      "SignalReceived",
      "RunCompleted"
    ])
  })

  it("takes what was sent before it was reached, first in first out for each name", async () => {
    const gate = Promise.withResolvers<void>()
    const asking = workflow("asking", { input }, (b) =>
      b
        .step("busy", async () => {
          await gate.promise
        })
        .awaitSignal("a", text, { as: "a1" })
        .step("keep1", (said) => [said])
        .fork({
          old: (x) => x.step("pass", (all) => all),
          new: (x) => x.awaitSignal("a", text, { as: "a2" })
        })
        .join("both", (both) => [...both.old, both.new])
        .fork({ old: (x) => x.step("pass", (all) => all), new: (x) => x.awaitSignal("b", text) })
        .join("all", (both) => [...both.old, both.new])
    )
    await using engine = await Engine.open({ store: make(), workflows: [asking] })
    const handle = await engine.start(asking, 1)
    await handle.signal("b", "b1")
    for (const said of ["a1", "a2", "a3"]) await handle.signal("a", said)
    gate.resolve()
    expect(await handle.result()).toEqual(["a1", "a2", "b1"])
  })

  it("gives each of two branches that wait for one name its own signal", async () => {
    const asking = workflow("asking", { input }, (b) =>
      b.fork({ a: (x) => x.awaitSignal("say", text), b: (x) => x.awaitSignal("say", text) }).join()
    )
    await using engine = await Engine.open({ store: make(), workflows: [asking] })
    const handle = await engine.start(asking, 1)
    await parked(handle, "start+fork/a/say", "start+fork/b/say")
    await handle.signal("say", "one")
    await parked(handle, "start+fork/b/say")
    await handle.signal("say", "two")
    expect(await handle.result()).toEqual({ a: "one", b: "two" })
  })

  it("in a branch waits while its sibling works, and takes its signal meanwhile", async () => {
    const gate = Promise.withResolvers<void>()
    const heard = Promise.withResolvers<void>()
    const asking = workflow("asking", { input }, (b) =>
      b
        .fork({
          asks: (x) => x.awaitSignal("say", text).step("hear", () => heard.resolve()),
          works: (x) =>
            x.step("work", async () => {
              await gate.promise
            })
        })
        .join()
    )
    await using engine = await Engine.open({ store: make(), workflows: [asking] })
    const handle = await engine.start(asking, 1)
    await until(async () => (await handle.history()).some(({ _tag }) => _tag === "SignalAwaited"))
    await handle.signal("say", "now")
    await heard.promise
    expect(await handle.status()).toMatchObject({ status: "running" })
    gate.resolve()
    await handle.result()
  })

  it("takes each of many signals exactly once, in order, whoever sends at the same time", async () => {
    const seen: Array<number> = []
    const listen = task("listen", (n: number) => {
      seen.push(n)
    })
    const number = type<number>()
    const asking = workflow("asking", { input }, (b) =>
      b
        .awaitSignal("n", number, { as: "n1" })
        .then(listen.as("l1"))
        .awaitSignal("n", number, { as: "n2" })
        .then(listen.as("l2"))
        .awaitSignal("n", number, { as: "n3" })
        .then(listen.as("l3"))
        .awaitSignal("n", number, { as: "n4" })
        .then(listen.as("l4"))
    )
    await using engine = await Engine.open({ store: make(), workflows: [asking] })
    const handle = await engine.start(asking, 1)
    await Promise.all([1, 2, 3, 4].map((n) => handle.signal("n", n)))
    await handle.result()
    expect(seen).toEqual([1, 2, 3, 4])
  })
})

describe.each(stores)("a signal across engines on $name", ({ make }) => {
  it("is taken once, also when the engine that took it closes", async () => {
    const source = make()
    const seen: Array<string> = []
    const asking = workflow("asking", { input }, (b) =>
      b
        .awaitSignal("say", text)
        .step("hear", (said) => seen.push(said))
        .awaitSignal("say", text, { as: "again" })
    )
    const first = await Engine.open({ store: source, workflows: [asking] })
    const { id } = await first.start(asking, 1)
    await first.signal(id, "say", "one")
    await parked(await first.handle(asking, id), "again")
    await first.close()
    await using second = await Engine.open({ store: source, workflows: [asking] })
    const handle = await second.handle(asking, id)
    expect(await handle.status()).toMatchObject({ status: "parked", waitsFor: [{ node: "again" }] })
    await handle.signal("say", "two")
    expect(await handle.result()).toBe("two")
    expect(seen).toEqual(["one"])
  })

  it("reaches a run that another engine drives", async () => {
    const source = make()
    const asking = workflow("asking", { input }, (b) => b.awaitSignal("say", text))
    await using worker = await Engine.open({ store: source, workflows: [asking] })
    await using other = await Engine.open({ store: source, workflows: [asking], work: false })
    const handle = await worker.start(asking, 1)
    await parked(handle, "say")
    await (await other.handle(asking, handle.id)).signal("say", "from afar")
    expect(await handle.result()).toBe("from afar")
    expect(await rejection(other.signal(handle.id, "say", "late"))).toMatchObject({
      _tag: "RunFinished"
    })
  })
})
