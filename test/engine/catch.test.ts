// The catch node: which errors a handler takes, what becomes of what still ran, and where other errors go.
import * as Data from "effect/Data"
import { describe, expect, it } from "vitest"
import { Engine, task, type, workflow } from "../../src/index.ts"
import { asyncWays, rejection, stores, until, ways } from "./ways.ts"

const input = type<number>()
class Declined extends Data.TaggedError("Declined")<{ readonly n: number }> {}
class Expired extends Data.TaggedError("Expired")<{ readonly n: number }> {}

const add = task("add", (n: number) => n + 1)
const decline = task("decline", { errors: [Declined] }, (n: number): number => {
  throw new Declined({ n })
})
const expire = task("expire", { errors: [Expired] }, (n: number): number => {
  throw new Expired({ n })
})
const bug = task("bug", (n: number): number => {
  throw new TypeError(`bug ${n}`)
})

describe.each(ways)("a catch in $name", (way) => {
  it("takes the error of its tag as the value, with its class and fields", async () => {
    const caught = workflow("caught", { input }, (b) =>
      b
        .then(add)
        .then(decline)
        .catch("Declined", (x) =>
          x.step("handle", (error) => `${error instanceof Declined} ${error.n}`)
        )
        .step("after", (value) => `${value}!`)
    )
    expect(await way.run(caught, 1)).toBe("true 2!")
  })

  it("is passed by what succeeds", async () => {
    const passing = workflow("passing", { input }, (b) =>
      b
        .then(add)
        .route((n) => n > 100, { true: decline, false: add.as("fine") })
        .catch("Declined", (x) => x.step("handle", () => -1))
    )
    expect(await way.run(passing, 1)).toBe(3)
  })

  it("lets an error of another tag go outwards, to the catch that takes it", async () => {
    const outwards = workflow("outwards", { input }, (b) =>
      b
        .fork({
          inner: (x) =>
            x
              .route((n) => n > 100, { true: decline, false: expire })
              .catch("Declined", (y) => y.step("wrong", () => "wrong"))
        })
        .join("read", ({ inner }) => `${inner}`)
        .catch("Expired", (x) => x.step("right", ({ n }) => `expired ${n}`))
    )
    expect(await way.run(outwards, 1)).toBe("expired 1")
  })

  it("lets an error of its own handler go outwards", async () => {
    const failing = workflow("failing", { input }, (b) =>
      b
        .then(decline)
        .catch("Declined", (x) => x.step("unpack", ({ n }) => n + 10).then(decline.as("again")))
        .catch("Declined", (x) => x.step("outer", ({ n }) => `outer ${n}`))
    )
    expect(await way.run(failing, 1)).toBe("outer 11")
    const uncaught = workflow("uncaught", { input }, (b) =>
      b.then(decline).catch("Declined", (x) => x.step("unpack", ({ n }) => n).then(expire))
    )
    expect(await rejection(way.run(uncaught, 1))).toBeInstanceOf(Expired)
  })

  it("of all takes what no task has declared", async () => {
    const all = workflow("all", { input }, (b) =>
      b.then(bug).catchAll((x) => x.step("handle", (error) => String(error)))
    )
    expect(await way.run(all, 1)).toBe("TypeError: bug 1")
  })

  it("of all comes after one of a tag", async () => {
    const both = workflow("both", { input: type<ReadonlyArray<number>>() }, (b) =>
      b.forEach(
        (ns) => ns,
        (x) =>
          x
            .route((n) => (n === 1 ? "decline" : n === 2 ? "bug" : "fine"), {
              decline,
              bug,
              fine: add
            })
            .catch("Declined", (y) => y.step("declined", () => "declined"))
            .catchAll((y) => y.step("other", () => "other"))
      )
    )
    expect(await way.run(both, [1, 2, 3])).toEqual(["declined", "other", 4])
  })

  it("takes the limit of a loop, round by round", async () => {
    const limited = workflow("limited", { input }, (b) =>
      b.loop(
        (x) =>
          x
            .loop((y) => y.then(add), { while: () => true, max: 2 })
            .catch("LoopLimitExceeded", (y) => y.step("limit", ({ max }) => max * 100)),
        { while: () => true, max: 2, onMax: "continue" }
      )
    )
    expect(await way.run(limited, 1)).toBe(200)
  })
})

describe.each(asyncWays)("a catch around a fork in $name", (way) => {
  it("runs its handler when running siblings are interrupted, and parked ones are gone", async () => {
    const log: Array<string> = []
    const runs = Promise.withResolvers<void>()
    const around = workflow("around", { input }, (b) =>
      b
        .fork({
          running: (x) =>
            x.step(
              "running",
              (_, { signal }) =>
                new Promise<number>((_resolve, reject) => {
                  signal.addEventListener("abort", () => {
                    setTimeout(() => {
                      log.push("cleaned up")
                      reject(new Error("interrupted"))
                    }, 3)
                  })
                  runs.resolve()
                })
            ),
          parked: (x) => x.delay("1h").step("late", (n) => log.push("late") + n),
          fails: (x) =>
            x
              .step("wait", () => runs.promise)
              .step("one", () => 1)
              .then(decline)
        })
        .join()
        .step("skipped", () => log.push("skipped"))
        .catch("Declined", (x) => x.step("handle", () => log.push("handled")))
        .step("after", () => log)
    )
    expect(await way.run(around, 1)).toEqual(["cleaned up", "handled"])
  })

  it("inside a branch leaves the siblings alone", async () => {
    const inside = workflow("inside", { input }, (b) =>
      b
        .fork({
          caught: (x) => x.then(decline).catch("Declined", (y) => y.step("handle", ({ n }) => -n)),
          slow: (x) => x.delay(3).then(add)
        })
        .join()
    )
    expect(await way.run(inside, 1)).toEqual({ caught: -1, slow: 2 })
  })
})

describe.each(stores)("a catch on $name", ({ make }) => {
  it("leaves nothing of what it has stopped: the handler alone is waited for", async () => {
    const word = type<string>()
    const waiting = workflow("waiting", { input }, (b) =>
      b
        .fork({
          signal: (x) => x.awaitSignal("never", word),
          list: (x) =>
            x.forEach(
              () => [1, 2, 3],
              (y) => y.delay("1h")
            ),
          fails: (x) => x.awaitSignal("fail", input).then(decline)
        })
        .join()
        .catch("Declined", (x) => x.awaitSignal("approve", word))
    )
    await using engine = await Engine.open({ store: make(), workflows: [waiting] })
    const handle = await engine.start(waiting, 1)
    const waits = async () => {
      const state = await handle.status()
      return state.status === "parked" ? state.waitsFor.length : 0
    }
    await until(async () => (await waits()) === 5)
    await handle.signal("fail", 1)
    await until(async () => (await waits()) === 1)
    expect(await handle.status()).toMatchObject({
      waitsFor: [{ _tag: "Signal", signal: "approve" }]
    })
    await handle.signal("approve", "yes")
    expect(await handle.result()).toBe("yes")
  })
})
