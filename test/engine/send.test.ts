// Sending a signal: what is refused, and that nothing of it is stored then; keys, kept signals, and a start on the
// way.
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { Engine, type, workflow } from "../../src/index.ts"
import { rejection, stores, until } from "./ways.ts"

const order = z.object({ items: z.array(z.object({ price: z.number() })) })
const ordering = workflow("ordering", { input: type<string>() }, (b) =>
  b
    .awaitSignal("order", order)
    .step("sum", ({ items }) => items.reduce((sum, { price }) => sum + price, 0))
    .fork({
      sum: (x) => x.step("keep", (n) => n),
      more: (x) => x.awaitSignal("more", type<string>())
    })
    .join()
)
const workflows = [ordering]
const cheap = { items: [{ price: 2 }] }

describe.each(stores)("a signal on $name", ({ make }) => {
  it("to an unknown run is RunNotFound, and is not kept", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    expect(await rejection(engine.signal("r", "order", cheap))).toMatchObject({
      _tag: "RunNotFound",
      id: "r"
    })
    const handle = await engine.start(ordering, "", { id: "r" })
    await until(async () => (await handle.status()).status === "parked")
    expect(await handle.status()).toMatchObject({ waitsFor: [{ signal: "order" }] })
  })

  it("is kept for a run that starts later when that is asked for", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    await engine.signal("r", "order", cheap, { keepFor: ordering })
    await engine.signal("r", "more", "early", { keepFor: ordering })
    const handle = await engine.start(ordering, "", { id: "r" })
    expect(await handle.result()).toEqual({ sum: 2, more: "early" })
  })

  it("to a finished run is RunFinished", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const handle = await engine.start(ordering, "", { id: "r" })
    await handle.signal("order", cheap)
    await handle.signal("more", "now")
    await handle.result()
    const refusal = { _tag: "RunFinished", id: "r", status: "completed" }
    expect(await rejection(handle.signal("more", "late"))).toMatchObject(refusal)
    expect(await rejection(engine.signal("r", "more", "late"))).toMatchObject(refusal)
    expect(
      await rejection(engine.signal("r", "more", "late", { keepFor: ordering }))
    ).toMatchObject(refusal)
  })

  it("that the workflow never waits for is UnknownSignal, also one named like what objects have", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    await engine.start(ordering, "", { id: "r" })
    for (const signal of ["other", "constructor", "toString", "__proto__"]) {
      expect(await rejection(engine.signal("r", signal, cheap))).toMatchObject({
        _tag: "UnknownSignal",
        id: "r",
        workflow: "ordering",
        signal,
        known: ["order", "more"],
        message: expect.stringMatching(/it knows order, more\. Check the name, or send it to a run/)
      })
    }
  })

  it("with a payload that its schema rejects is refused with the path, and nothing is stored", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const handle = await engine.start(ordering, "", { id: "r" })
    const wrong = { items: [{ price: 1 }, { price: "2" }] }
    expect(await rejection(engine.signal("r", "order", wrong))).toMatchObject({
      _tag: "InvalidPayload",
      id: "r",
      signal: "order",
      issues: [expect.stringContaining("items[1].price: ")],
      message: expect.stringContaining(". Nothing was sent: send one that fits the schema")
    })
    // A key that was refused names nothing.
    expect(await rejection(engine.signal("r", "order", wrong, { key: "k" }))).toMatchObject({
      _tag: "InvalidPayload"
    })
    await until(async () => (await handle.status()).status === "parked")
    await engine.signal("r", "order", cheap, { key: "k" })
    await handle.signal("more", "now")
    expect(await handle.result()).toEqual({ sum: 2, more: "now" })
  })

  it("is one, however often it is sent with one key, also after it was taken and by another engine", async () => {
    const source = make()
    const twice = workflow("twice", { input: type<string>() }, (b) =>
      b
        .awaitSignal("say", type<string>(), { as: "one" })
        .awaitSignal("say", type<string>(), { as: "two" })
    )
    await using engine = await Engine.open({ store: source, workflows: [twice] })
    await using other = await Engine.open({ store: source, workflows: [twice], work: false })
    const handle = await engine.start(twice, "")
    await Promise.all([1, 2, 3].map(() => handle.signal("say", "first", { key: "k" })))
    await until(async () => (await handle.history()).some(({ _tag }) => _tag === "SignalReceived"))
    await other.signal(handle.id, "say", "first", { key: "k" })
    await until(async () => {
      const state = await handle.status()
      return state.status === "parked" && state.waitsFor[0]?.node === "two"
    })
    await handle.signal("say", "second", { key: "l" })
    expect(await handle.result()).toBe("second")
  })

  it("with a key of another run is another signal", async () => {
    const once = workflow("once", { input: type<string>() }, (b) =>
      b.awaitSignal("say", type<string>())
    )
    await using engine = await Engine.open({ store: make(), workflows: [once] })
    const handles = [await engine.start(once, ""), await engine.start(once, "")]
    for (const handle of handles) await handle.signal("say", "hi", { key: "k" })
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(["hi", "hi"])
  })

  it("with an id that no run may have is InvalidRunId", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const refused = engine.signal("", "order", cheap, { keepFor: ordering })
    expect(await rejection(refused)).toMatchObject({ _tag: "InvalidRunId" })
  })

  it("of a workflow that is not registered here is refused, for nobody could check it", async () => {
    const source = make()
    await using engine = await Engine.open({ store: source, workflows })
    await using other = await Engine.open({ store: source, workflows: [], work: false })
    await engine.start(ordering, "", { id: "r" })
    expect(await rejection(other.signal("r", "order", cheap))).toMatchObject({
      _tag: "WorkflowNotRegistered",
      workflow: "ordering"
    })
  })
})

describe.each(stores)("a signal with a start on $name", ({ make }) => {
  const signal = { id: "r", signal: "order", payload: cheap } as const

  it("starts the run when there is none, and else only sends", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const handle = await engine.signalWithStart(ordering, "", signal)
    const again = await engine.signalWithStart(ordering, "", {
      ...signal,
      signal: "more",
      payload: "go"
    })
    expect(await handle.result()).toEqual({ sum: 2, more: "go" })
    expect(await again.result()).toEqual({ sum: 2, more: "go" })
    expect(await rejection(engine.signalWithStart(ordering, "", signal))).toMatchObject({
      _tag: "RunFinished"
    })
  })

  it("starts one run, however many do it at the same time", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const handles = await Promise.all(
      [1, 2, 3].map(() => engine.signalWithStart(ordering, "", { ...signal, key: "once" }))
    )
    await handles[0]!.signal("more", "go")
    for (const handle of handles) expect(await handle.result()).toEqual({ sum: 2, more: "go" })
    const ids: Array<string> = []
    for await (const { id } of engine.list()) ids.push(id)
    expect(ids).toEqual(["r"])
  })

  it("starts nothing when the payload is refused", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const wrong = { ...signal, payload: {} as typeof cheap }
    expect(await rejection(engine.signalWithStart(ordering, "", wrong))).toMatchObject({
      _tag: "InvalidPayload"
    })
    expect(await rejection(engine.get("r"))).toMatchObject({ _tag: "RunNotFound" })
  })

  it("sends nothing when the input is refused", async () => {
    const checked = workflow("checked", { input: z.string().min(3) }, (b) =>
      b.awaitSignal("say", type<string>())
    )
    await using engine = await Engine.open({ store: make(), workflows: [checked] })
    const options = { id: "r", signal: "say", payload: "first" } as const
    expect(await rejection(engine.signalWithStart(checked, "", options))).toMatchObject({
      _tag: "InvalidInput"
    })
    const handle = await engine.start(checked, "long enough", { id: "r" })
    await handle.signal("say", "second")
    expect(await handle.result()).toBe("second")
  })

  it("reaches the new run when it ends the one that has the id", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const old = await engine.start(ordering, "", { id: "r" })
    const renewed = await engine.signalWithStart(ordering, "", {
      ...signal,
      onConflict: "terminateExisting"
    })
    await renewed.signal("more", "go")
    expect(await renewed.result()).toEqual({ sum: 2, more: "go" })
    expect(await rejection(old.result())).toMatchObject({ _tag: "RunCancelled" })
  })
})
