// A workflow as part of another: its value, its errors and signals, and its own check of what it is given.
import * as Data from "effect/Data"
import { describe, expect, it } from "vitest"
import * as z from "zod"
import { Engine, task, type, workflow } from "../../src/index.ts"
import { rejection, stores, until, ways } from "./ways.ts"

const input = type<number>()
class Declined extends Data.TaggedError("Declined")<{ readonly n: number }> {}

const add = task("add", (n: number) => n + 1)
const child = workflow("child", { input }, (b) =>
  b
    .then(add)
    .loop((x) => x.step("double", (n) => n * 2), { while: (n) => n < 10 })
    .route((n) => (n > 15 ? "big" : "small"), {
      big: (x) => x.call(add.as("bigger"), (n) => n * 10),
      small: (x) => x.sleepUntil(() => new Date(0))
    })
)

describe.each(stores)("a child on $name", ({ make }) => {
  it("is found by a generated registry that knows its parent alone", async () => {
    const parent = workflow("parent", { input }, (b) => b.thenFlow(child))
    const registry = { tasks: {}, workflows: { parent: () => parent } }
    await using engine = await Engine.open({ store: make(), registry })
    expect(await (await engine.start(parent, 1)).result()).toBe(161)
  })
})

describe.each(ways)("a child in $name", (way) => {
  it("runs as part of its parent, its functions included, at any depth", async () => {
    const middle = workflow("middle", { input }, (b) => b.thenFlow(child).then(add))
    const parent = workflow("parent", { input }, (b) =>
      b
        .fork({ one: child, two: (x) => x.then(add).thenFlow(middle) })
        .join("sum", ({ one, two }) => [one, two])
        .forEach((all) => all, child)
    )
    expect(await way.run(parent, 1)).toEqual([3_241, 281])
  })

  it("hands its own error to its parent", async () => {
    const failing = workflow("failing", { input }, (b) =>
      b.step(
        "decline",
        (n): number => {
          throw new Declined({ n })
        },
        { errors: [Declined] }
      )
    )
    const parent = workflow("parent", { input }, (b) =>
      b.thenFlow(failing).catch("Declined", (x) => x.step("handle", ({ n }) => `declined ${n}`))
    )
    expect(await way.run(parent, 1)).toBe("declined 1")
  })

  it("refuses a value that its schema rejects, with the path of the fault", async () => {
    const item = z.object({ sku: z.string(), count: z.number().int().min(1) })
    const pack = workflow("pack", { input: z.object({ items: z.array(item) }) }, (b) =>
      b.step("count", ({ items }) => items.length)
    )
    const parent = workflow("parent", { input }, (b) =>
      b.step("order", (count) => ({ items: [{ sku: "a", count }] })).thenFlow(pack)
    )
    expect(await way.run(parent, 1)).toBe(1)
    const error = await rejection(way.run(parent, 0))
    expect(error).toMatchObject({ _tag: "InvalidTaskValue" })
    expect(String(error)).toMatch(/pack.*items\[0\]\.count/)
  })

  it("goes on with what its schema makes of the value", async () => {
    const trimmed = workflow("trimmed", { input: z.string().trim() }, (b) =>
      b.step("quote", (text) => `'${text}'`)
    )
    const parent = workflow("parent", { input: type<string>() }, (b) =>
      b.step("pad", (text) => ` ${text} `).thenFlow(trimmed)
    )
    expect(await way.run(parent, "a")).toBe("'a'")
  })
})

describe.each(stores)("signals on $name", ({ make }) => {
  it("reach a child, an arm, a handler and an element", async () => {
    const word = type<string>()
    const asking = workflow("asking", { input }, (b) => b.awaitSignal("inChild", word))
    const parent = workflow("parent", { input }, (b) =>
      b
        .fork({
          child: asking,
          arm: (x) => x.route(() => "a", { a: (y) => y.awaitSignal("inArm", word), "*": asking }),
          handler: (x) =>
            x
              .step("fail", (n): number => {
                throw new Error(`no ${n}`)
              })
              .catchAll((y) => y.awaitSignal("inHandler", word)),
          elements: (x) =>
            x.forEach(
              () => [1, 2],
              (y) => y.awaitSignal("inElement", word)
            )
        })
        .join()
    )
    await using engine = await Engine.open({ store: make(), workflows: [parent] })
    const handle = await engine.start(parent, 1)
    await until(async () => (await handle.status()).status === "parked")
    await handle.signal("inElement", "first")
    await handle.signal("inHandler", "handled")
    await handle.signal("inArm", "armed")
    await handle.signal("inChild", "childish")
    await handle.signal("inElement", "second")
    expect(await handle.result()).toEqual({
      child: "childish",
      arm: "armed",
      handler: "handled",
      elements: ["first", "second"]
    })
  })
})
