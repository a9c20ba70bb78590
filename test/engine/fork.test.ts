// The fork node: every branch on the fork's value, a record of their outputs, and what a failure does to the rest.
import * as Effect from "effect/Effect"
import { describe, expect, it } from "@effect/vitest"
import { Engine, runSync, task, type, workflow } from "../../src/index.ts"
import {
  asyncWays,
  errorOf,
  exitOf,
  pass,
  rejection,
  stores,
  until,
  virtualWays,
  ways
} from "./ways.ts"

const input = type<number>()
const add = task("add", (n: number) => n + 1)

describe.each(ways)("a fork in $name", (way) => {
  it("starts each branch with its own value and joins a record, in declared order", async () => {
    const forking = workflow("forking", { input }, (b) =>
      b
        .then(add)
        .fork({
          zero: (x) => x.step("say", (n) => `zero ${n}`),
          plus: add.as("plus"),
          again: (x) => x.then(add.as("one")).then(add.as("two"))
        })
        .join()
    )
    const output = await way.run(forking, 1)
    expect(output).toEqual({ zero: "zero 2", plus: 3, again: 4 })
    expect(Object.keys(output)).toEqual(["zero", "plus", "again"])
  })

  it("nests, and hands the record to the join's own step", async () => {
    const forking = workflow("forking", { input }, (b) =>
      b
        .fork({
          left: (x) =>
            x
              .fork({
                a: add,
                b: (y) => y.fork({ c: add, d: add }).join("sum", ({ c, d }) => c + d)
              })
              .join("sum", ({ a, b }) => a + b),
          right: (x) =>
            x
              .then(add)
              .fork({ a: add.as("more") })
              .join()
        })
        .join("all", ({ left, right }) => [left, right.a] as const)
        .fork({ last: (x) => x.step("pick", ([left]) => left) })
        .join()
    )
    expect(await way.run(forking, 1)).toEqual({ last: 6 })
  })

  it("may be the first node, the last, and the only one of a branch", async () => {
    const forking = workflow("forking", { input }, (b) =>
      b.fork({ a: (x) => x.fork({ b: (y) => y.fork({ c: add }).join() }).join() }).join()
    )
    expect(await way.run(forking, 1)).toEqual({ a: { b: { c: 2 } } })
  })

  it("may hold one task any number of times", async () => {
    const nodes: Array<string> = []
    const note = task("note", (n: number, { node }) => {
      nodes.push(node)
      return n
    })
    const forking = workflow("forking", { input }, (b) =>
      b
        .then(note)
        .fork({
          a: note.as("x"),
          b: note.as("x"),
          c: (x) => x.then(note.as("x")).then(note.as("y"))
        })
        .join()
    )
    await way.run(forking, 1)
    expect(nodes.toSorted()).toEqual([
      "note",
      "note+fork/a/x",
      "note+fork/b/x",
      "note+fork/c/x",
      "note+fork/c/y"
    ])
  })

  it("takes names that are hard on tables", async () => {
    const forking = workflow("forking", { input }, (b) =>
      b
        .fork({
          constructor: add.as("toString"),
          "10": add.as("a"),
          "9": add.as("a"),
          "a.b": add.as("a")
        })
        .join()
    )
    const output = await way.run(forking, 1)
    expect(Object.entries(output).toSorted(([a], [b]) => a.localeCompare(b))).toEqual([
      ["10", 2],
      ["9", 2],
      ["a.b", 2],
      ["constructor", 2]
    ])
  })

  it("has undefined and null among its outputs, as they are", async () => {
    const forking = workflow("forking", { input }, (b) =>
      b
        .fork({ a: (x) => x.step("say", () => undefined), b: (x) => x.step("say", () => null) })
        .join()
    )
    expect(await way.run(forking, 1)).toStrictEqual({ a: undefined, b: null })
  })

  it("of a hundred branches joins them all", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `branch${index}`)
    const branches = Object.fromEntries(names.map((name) => [name, add]))
    const forking = workflow("forking", { input }, (b) => b.fork(branches).join())
    expect(await way.run(forking, 1)).toEqual(Object.fromEntries(names.map((name) => [name, 2])))
  })

  it("fails with the first failure, and what comes after it does not run", async () => {
    let isCalled = false
    const fail = task("fail", (_: number): number => {
      throw new Error("no")
    })
    const forking = workflow("forking", { input }, (b) =>
      b.fork({ ok: add, deep: (x) => x.fork({ fails: fail }).join() }).join("after", () => {
        isCalled = true
      })
    )
    expect(await rejection(way.run(forking, 1))).toMatchObject({ message: "no" })
    expect(isCalled).toBe(false)
  })
})

describe("a fork in runSync", () => {
  it("starts a branch when the one before it has ended, delays and retries included", () => {
    const log: Array<string> = []
    const forking = workflow("forking", { input }, (b) =>
      b
        .fork({
          b: (x) =>
            x.delay(2).step(
              "try",
              (n, { attempt }) => {
                log.push(`b ${attempt}`)
                if (attempt < 3) throw new Error("no")
                return n
              },
              { retry: { maxRetries: 2, initialDelay: 2 } }
            ),
          a: (x) => x.step("say", () => log.push("a"))
        })
        .join()
    )
    runSync(forking, 1)
    expect(log).toEqual(["b 1", "b 2", "b 3", "a"])
  })

  it("starts no branch after one that has failed", () => {
    const log: Array<string> = []
    const forking = workflow("forking", { input }, (b) =>
      b
        .fork({
          b: (x) =>
            x.step("fail", (n) => {
              if (n > 0) throw new Error("no")
              return n
            }),
          a: (x) => x.step("say", () => log.push("a"))
        })
        .join()
    )
    expect(() => runSync(forking, 1)).toThrow("no")
    expect(log).toEqual([])
  })
})

describe.each(asyncWays)("branches in $name", (way) => {
  it("go on while others take their time", async () => {
    const gate = Promise.withResolvers<void>()
    const log: Array<string> = []
    const forking = workflow("forking", { input }, (b) =>
      b
        .fork({
          slow: (x) =>
            x.step("wait", async (n) => {
              await gate.promise
              return n
            }),
          quick: (x) =>
            x
              .step("one", async (n) => n)
              .step("two", async (n) => n)
              .step("three", () => {
                log.push("three")
                gate.resolve()
              })
        })
        .join()
    )
    await way.run(forking, 1)
    expect(log).toEqual(["three"])
  })
})

describe.each(virtualWays)("a failing branch in $name", (way) => {
  it.effect("beats one that waits for a timer or a retry", () =>
    Effect.gen(function* () {
      const forking = workflow("forking", { input }, (b) =>
        b
          .fork({
            timer: (x) => x.delay("1d"),
            retry: (x) =>
              x.step(
                "try",
                (n) => {
                  if (n > 0) throw new Error("tried")
                  return n
                },
                { retry: { maxRetries: 1, initialDelay: "1d" } }
              ),
            fails: (x) =>
              x.delay("1s").step("fail", (n) => {
                if (n > 0) throw new Error("failed")
                return n
              })
          })
          .join()
      )
      const running = yield* way.start(forking, 1)
      yield* pass(1_000)
      expect(errorOf(running)).toMatchObject({ message: "failed" })
    })
  )

  it.effect("that is tried again in time fails nothing", () =>
    Effect.gen(function* () {
      const forking = workflow("forking", { input }, (b) =>
        b
          .fork({
            timer: (x) => x.delay("1s"),
            retry: (x) =>
              x.step(
                "try",
                (n, { attempt }) => {
                  if (attempt < 3) throw new Error("tried")
                  return n
                },
                { retry: { maxRetries: 2, initialDelay: "1s" } }
              )
          })
          .join()
      )
      const running = yield* way.start(forking, 1)
      yield* pass(1_000)
      yield* pass(1_000)
      expect(exitOf(running)).toMatchObject({ value: { timer: 1, retry: 1 } })
    })
  )
})

describe.each(stores)("a failing branch on $name", ({ make }) => {
  it("beats one that waits for a signal, also when all others have parked", async () => {
    const forking = workflow("forking", { input }, (b) =>
      b
        .fork({
          waits: (x) => x.awaitSignal("go", type<number>()),
          fails: (x) =>
            x.awaitSignal("tell", type<string>()).step("fail", (text): number => {
              throw new Error(text)
            })
        })
        .join()
    )
    await using engine = await Engine.open({ store: make(), workflows: [forking] })
    const handle = await engine.start(forking, 1)
    await until(async () => (await handle.status()).status === "parked")
    await handle.signal("tell", "told to")
    expect(await rejection(handle.result())).toMatchObject({ message: "told to" })
    expect(await handle.status()).toMatchObject({ status: "failed", node: "start+fork/fails/fail" })
  })
})
