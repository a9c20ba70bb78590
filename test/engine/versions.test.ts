// A workflow is changed while its runs are in flight: what docs/versions.md says of each change.
import { describe, expect, it } from "vitest"
import {
  type AnyWorkflow,
  Engine,
  memory,
  task,
  type,
  type Wait,
  workflow
} from "../../src/index.ts"
import type { StoreSource } from "../../src/store/StoreSource.ts"
import { rejection, until } from "./ways.ts"

const input = type<number>()
const add = task("add", (n: number) => n + 1)
const old = workflow("order", { input }, (b) =>
  b
    .awaitSignal("go", input)
    .then(add)
    .step("double", (n) => n * 2)
)

const isDelay = (waits: ReadonlyArray<Wait>): boolean => waits.some(({ _tag }) => _tag === "Timer")

/** A run of the old workflow that waits, in a store that today's engine then opens. */
const inFlight = async (): Promise<StoreSource> => {
  const store = memory()
  await using engine = await Engine.open({ store, workflows: [old] })
  const handle = await engine.start(old, 1, { id: "r" })
  await until(async () => (await handle.status()).status === "parked")
  return store
}

const today = async (...workflows: ReadonlyArray<AnyWorkflow>) =>
  Engine.open({ store: await inFlight(), workflows })

describe("a run in flight", () => {
  it("takes a changed function at its next step", async () => {
    const changed = workflow("order", { input }, (b) =>
      b
        .awaitSignal("go", input)
        .then(add)
        .step("double", (n) => n * 20)
    )
    await using engine = await today(changed)
    await engine.signal("r", "go", 1)
    expect(await (await engine.handle(changed, "r")).result()).toBe(40)
  })

  it("takes a changed delay at its next node, unless the structure changed too", async () => {
    const delayed = (ms: number, version = "1") =>
      workflow("order", { input, version }, (b) => b.awaitSignal("go", input).delay(ms))
    const long = delayed(1_000_000)
    for (const { changed, status } of [
      { changed: delayed(0), status: "completed" },
      { changed: delayed(0, "2"), status: "parked" }
    ]) {
      const store = memory()
      const before = await Engine.open({ store, workflows: [long] })
      const handle = await before.start(long, 1, { id: "r" })
      await until(async () => (await handle.status()).status === "parked")
      await before.close()
      await using engine = await Engine.open({ store, workflows: [changed] })
      await engine.signal("r", "go", 1)
      await until(async () => {
        const run = await engine.get("r")
        return run.status === "completed" || (run.status === "parked" && isDelay(run.waitsFor))
      })
      expect(await engine.get("r")).toMatchObject({ status })
    }
  })

  it("goes its old way to the end when steps are added or the version changes", async () => {
    const longer = workflow("order", { input, version: "2" }, (b) =>
      b
        .step("first", (n) => n)
        .awaitSignal("go", input)
        .then(add)
        .step("double", (n) => n * 2)
        .step("last", (n) => n + 1000)
    )
    await using engine = await today(longer)
    await engine.signal("r", "go", 1)
    expect(await (await engine.handle(longer, "r")).result()).toBe(4)
  })

  it("blocks at a step that was renamed, and is taken up when the name is back", async () => {
    const renamed = workflow("order", { input }, (b) =>
      b
        .awaitSignal("go", input)
        .then(add)
        .step("twice", (n) => n * 2)
    )
    const store = await inFlight()
    const engine = await Engine.open({ store, workflows: [renamed] })
    await engine.signal("r", "go", 1)
    await until(async () => (await engine.get("r")).status === "blocked")
    expect(await engine.get("r")).toMatchObject({ missing: ["order#double"], reason: null })
    await engine.close()
    await using restored = await Engine.open({ store, workflows: [old] })
    expect(await (await restored.handle(old, "r")).result()).toBe(4)
  })

  it("finds the task of a removed step while another workflow has it", async () => {
    const without = workflow("order", { input }, (b) =>
      b.awaitSignal("go", input).step("double", (n) => n * 2)
    )
    const keeper = workflow("keeper", { input }, (b) => b.then(add))
    await using engine = await today(without, keeper)
    await engine.signal("r", "go", 1)
    expect(await (await engine.handle(without, "r")).result()).toBe(4)
  })

  it("is sent only what today's workflow awaits", async () => {
    const other = workflow("order", { input }, (b) => b.awaitSignal("start", input))
    await using engine = await today(other)
    expect(await rejection(engine.signal("r", "go", 1))).toMatchObject({ _tag: "UnknownSignal" })
  })

  it("of a workflow that was removed says so, and can be cancelled", async () => {
    await using engine = await today()
    expect(await rejection(engine.signal("r", "go", 1))).toMatchObject({
      _tag: "WorkflowNotRegistered"
    })
    await engine.cancel("r")
    await until(async () => (await engine.get("r")).status === "cancelled")
  })
})
