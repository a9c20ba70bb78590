// What a run publishes: the last value, typed, for whoever looks; and how a run has ended, as a value.
import { describe, expect, expectTypeOf, it } from "vitest"
import { Engine, task, type, workflow } from "../../src/index.ts"
import { asyncWays, stores } from "./ways.ts"

class Declined extends Error {
  readonly _tag = "Declined"
}

const load = workflow("load", { input: type<number>() }, (b) =>
  b
    .publish((n) => ({ done: 0, of: n }))
    .awaitSignal("go", type<number>())
    .loop((l) => l.step("one", (n) => n + 1).publish((n) => ({ done: n, of: 3 })), {
      while: (n) => n < 3
    })
    .step("end", (n) => `${n} done`)
)

describe.each(asyncWays)("publishing in $name", ({ run }) => {
  it("lets the value pass through", async () => {
    const passing = workflow("passing", { input: type<number>() }, (b) =>
      b
        .publish()
        .publish((n) => [n])
        .step("next", (n) => n + 1)
    )
    expect(await run(passing, 1)).toBe(2)
  })
})

describe.each(stores)("what a run publishes on $name", ({ make }) => {
  it("is read while it waits and when it has ended, also by an engine that does not work", async () => {
    const store = make()
    await using engine = await Engine.open({ store, workflows: [load] })
    const handle = await engine.start(load, 3, { id: "a" })
    expectTypeOf(await handle.progress()).toEqualTypeOf<{ done: number; of: number } | null>()
    const seen: Array<number> = []
    for await (const progress of handle.watch({ pollMs: 5 })) {
      seen.push(progress.done)
      if (seen.length === 1) await handle.signal("go", 0)
    }
    expect(seen[0]).toBe(0)
    expect(seen.at(-1)).toBe(3)
    expect(await handle.result()).toBe("3 done")
    await using reader = await Engine.open({ store, workflows: [load], work: false })
    expect(await (await reader.handle(load, "a")).progress()).toEqual({ done: 3, of: 3 })
  })

  it("is null before anything is published, and gone for a run that replaces the old one", async () => {
    await using engine = await Engine.open({ store: make(), workflows: [load] })
    const quiet = workflow("quiet", { input: type<number>() }, (b) => b.step("s", (n) => n))
    await using other = await Engine.open({ store: make(), workflows: [quiet] })
    expect(await (await other.start(quiet, 1)).progress()).toBeNull()
    await (await engine.start(load, 1, { id: "a" })).signal("go", 2)
    await (await engine.handle(load, "a")).result()
    const again = await engine.start(load, 9, { id: "a", onConflict: "terminateExisting" })
    await again.signal("go", 2)
    await again.result()
    expect(await again.progress()).toEqual({ done: 3, of: 3 })
  })
})

describe.each(stores)("an outcome on $name", ({ make }) => {
  it("tells completed, failed with the typed error, and cancelled", async () => {
    const pay = task("pay", { errors: [Declined] }, (n: number) => {
      if (n > 9) throw new Declined("no funds")
      return n
    })
    const paying = workflow("paying", { input: type<number>() }, (b) =>
      b.then(pay).awaitSignal("ok", type<boolean>())
    )
    await using engine = await Engine.open({ store: make(), workflows: [paying] })
    const failed = await (await engine.start(paying, 10)).outcome()
    expect(failed).toMatchObject({ status: "failed", node: "pay", error: expect.any(Declined) })
    if (failed.status === "failed") expectTypeOf(failed.error).toEqualTypeOf<Declined | Error>()
    const good = await engine.start(paying, 1)
    await good.signal("ok", true)
    expect(await good.outcome()).toEqual({ status: "completed", output: true })
    const stopped = await engine.start(paying, 1)
    await stopped.cancel({ reason: "test", by: "me" })
    expect(await stopped.outcome()).toEqual({ status: "cancelled", reason: "test", by: "me" })
  })
})
