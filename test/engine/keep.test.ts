// Values kept by name: seen by what follows in the region, in what that opens, and after a restart.
import { describe, expect, it } from "vitest"
import { Engine, type, workflow } from "../../src/index.ts"
import { stores, until, ways } from "./ways.ts"

const input = type<number>()

describe.each(ways)("keep in $name", ({ run }) => {
  it("is read in steps, calls, branches, elements, rounds, arms and handlers", async () => {
    const flow = workflow("flow", { input }, (b) =>
      b
        .keep("order")
        .step("twice", (n) => n * 2)
        .keep("twice")
        .fork({
          a: (f) =>
            f
              .step("a1", (n, { results }) => n + results.order)
              .keep("inner")
              .step("a2", (_, { results }) => results.inner * 100)
        })
        .join("sum", ({ a }, { results }) => a + results.order)
        .forEach(
          (n, { results }) => [n, results.twice],
          (e) =>
            e
              .keep("item")
              .step("e1", () => 0)
              .step("e2", (_, { results }) => results.item + results.order)
        )
        .loop(
          (l) =>
            l.keep("before").step("l", (list, { results }) => [...list, results.before.length]),
          {
            while: (list, { results }) => list.length < results.order + 1
          }
        )
        .route((list, { results }) => (list.length > results.order ? "big" : "small"), {
          big: (r) => r.step("big", (list, { results }) => [...list, results.twice]),
          small: (r) => r
        })
        .step("boom", (list): ReadonlyArray<number> => {
          if (list.length > 0) throw new RangeError("boom")
          return list
        })
        .catchAll((h) => h.step("calm", (_, { results }) => [results.order, results.twice]))
    )
    expect(await run(flow, 3)).toEqual([3, 6])
  })

  it("is undefined past a catch when it was not reached", async () => {
    const flow = workflow("flow", { input }, (b) =>
      b
        .step("boom", (): number => {
          throw new RangeError("boom")
        })
        .keep("late")
        .catchAll((h) => h.step("calm", () => 0))
        .step("end", (_, { results }) => results.late === undefined)
    )
    expect(await run(flow, 1)).toBe(true)
  })

  it("does not show a child what its parent keeps, nor the other way round", async () => {
    const child = workflow("child", { input }, (b) =>
      b.keep("mine").step("c", (_, { results }) => Object.keys(results).join())
    )
    const flow = workflow("flow", { input }, (b) =>
      b
        .keep("ours")
        .thenFlow(child)
        .step("end", (seen, { results }) => [seen, Object.keys(results).join()])
    )
    expect(await run(flow, 1)).toEqual(["mine", "ours"])
  })

  it("starts over with a new input and without what was kept for it", async () => {
    const flow = workflow("flow", { input }, (b) =>
      b
        .keep("start")
        .step("add", (n) => n + 1)
        .route((n) => (n < 4 ? "again" : "stop"), {
          again: (a) => a.continueAs((n) => n * 1),
          stop: (a) => a.step("end", (n, { results }) => [n, results.start])
        })
    )
    expect(await run(flow, 0)).toEqual([4, 3])
  })

  it("is out of sight in a later round that has not come there", async () => {
    const seen: Array<number | undefined> = []
    const looped = workflow("looped", { input }, (b) =>
      b.loop(
        (l) =>
          l
            .step("odd", (n) => {
              if (n % 2 === 0) throw new RangeError("even")
              return n + 1
            })
            .keep("odd")
            .catchAll((h) =>
              h.step("even", (_, { results }) => {
                seen.push(results.odd)
                return 5
              })
            ),
        { while: (n) => n < 5 }
      )
    )
    expect([await run(looped, 1), seen]).toEqual([5, [undefined]])
    const over = workflow("over", { input }, (b) =>
      b
        .step("small", (n) => {
          if (n > 0) throw new RangeError("big")
          return n + 1
        })
        .keep("small")
        .continueAs()
        .catchAll((h) => h.step("big", (_, { results }) => results.small === undefined))
    )
    expect(await run(over, 0)).toBe(true)
  })
})

describe.each(stores)("keep on $name", ({ make }) => {
  it("is there in an engine that takes the run up", async () => {
    const store = make()
    const flow = workflow("flow", { input }, (b) =>
      b
        .keep("order")
        .awaitSignal("go", type<string>())
        .step("end", (text, { results }) => `${text} ${results.order}`)
    )
    const first = await Engine.open({ store, workflows: [flow] })
    const started = await first.start(flow, 7, { id: "r" })
    await until(async () => (await started.status()).status === "parked")
    await first.close()
    await using second = await Engine.open({ store, workflows: [flow] })
    const handle = await second.handle(flow, "r")
    await handle.signal("go", "order")
    expect(await handle.result()).toBe("order 7")
  })
})
