// The joins of a fork that do not wait for all: who wins, what becomes of the losers, and what is stored of them.
import { describe, expect, it } from "vitest"
import * as Effect from "effect/Effect"
import { Engine, task, TooFewBranches, type, workflow } from "../../src/index.ts"
import { asyncWays, rejection, stores, until, ways } from "./ways.ts"

const input = type<number>()
const add = task("add", (n: number) => n + 1)
const failing = task("failing", (n: number): number => {
  throw new Error(`no ${n}`)
})

describe.each(ways)("a join in $name", (way) => {
  it("any goes on with the first branch that succeeds", async () => {
    const any = workflow("any", { input }, (b) => b.fork({ failing, works: add }).any())
    expect(await way.run(any, 1)).toEqual({ branch: "works", value: 2 })
  })

  it("any fails with what each branch failed with when none succeeds", async () => {
    const any = workflow("any", { input }, (b) =>
      b.fork({ one: failing, two: failing.as("again") }).any()
    )
    const error = await rejection(way.run(any, 1))
    expect(error).toBeInstanceOf(TooFewBranches)
    expect(error).toMatchObject({
      node: "start+fork",
      needed: 1,
      errors: { one: { message: "no 1" }, two: { message: "no 1" } }
    })
  })

  it("race fails when the first branch that ends has failed", async () => {
    const race = workflow("race", { input }, (b) => b.fork({ failing, works: add }).race())
    expect(await rejection(way.run(race, 1))).toMatchObject({ message: "no 1" })
  })

  it("allSettled gives how each branch has ended, in declared order", async () => {
    const settled = workflow("settled", { input }, (b) =>
      b.fork({ works: add, failing, nothing: (x) => x.step("none", () => undefined) }).allSettled()
    )
    const output = await way.run(settled, 1)
    expect(Object.keys(output)).toEqual(["works", "failing", "nothing"])
    expect(output).toMatchObject({
      works: { ok: true, value: 2 },
      failing: { ok: false, error: { message: "no 1" } },
      nothing: { ok: true, value: undefined }
    })
  })

  it("quorum goes on with those that have succeeded", async () => {
    const quorum = workflow("quorum", { input }, (b) =>
      b.fork({ a: add, failing, b: add, late: add }).quorum(2)
    )
    expect(await way.run(quorum, 1)).toEqual({ a: 2, b: 2 })
  })

  it("quorum fails as soon as it cannot come true any more", async () => {
    const quorum = workflow("quorum", { input }, (b) =>
      b.fork({ one: failing, two: failing, late: (x) => x.delay("1h").then(add) }).quorum(2)
    )
    expect(await rejection(way.run(quorum, 1))).toMatchObject({
      _tag: "TooFewBranches",
      needed: 2,
      errors: { one: { message: "no 1" }, two: { message: "no 1" } }
    })
  })
})

/** Losers of each sort that only an interruption ends, told in `log`, and a branch that wins once they run. */
const contest = (log: Array<string>) => {
  const running = Promise.withResolvers<void>()
  const effectRuns = Promise.withResolvers<void>()
  return {
    promise: task(
      "promise",
      (_: number, { signal }) =>
        new Promise<number>((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            log.push("promise aborted")
            setTimeout(() => {
              log.push("promise cleaned up")
              reject(new Error("interrupted"))
            }, 5)
          })
          running.resolve()
        })
    ),
    effect: task("effect", (_: number) =>
      Effect.onInterrupt(
        Effect.andThen(
          Effect.sync(() => effectRuns.resolve()),
          Effect.never
        ),
        () => Effect.sync(() => log.push("effect interrupted"))
      )
    ),
    wins: task("wins", async (n: number) => {
      await Promise.all([running.promise, effectRuns.promise])
      return n + 1
    })
  }
}

const after = (log: Array<string>) => (n: unknown) => {
  log.push("after")
  return n
}

describe.each(asyncWays)("losers in $name", (way) => {
  const ended = ["effect interrupted", "promise aborted", "promise cleaned up"]
  const expectLostBefore = (log: Array<string>) => {
    expect(log.at(-1)).toBe("after")
    expect(log.slice(0, -1).toSorted()).toEqual(ended)
  }

  it("of any are interrupted and waited for, before the run goes on", async () => {
    const log: Array<string> = []
    const any = workflow("any", { input }, (b) =>
      b
        .fork(contest(log))
        .any()
        .step("after", ({ value }) => Number(after(log)(value)))
    )
    expect(await way.run(any, 1)).toBe(2)
    expectLostBefore(log)
  })

  it("of race, inside a branch of a branch, are interrupted and waited for", async () => {
    const log: Array<string> = []
    const { wins, ...others } = contest(log)
    const race = workflow("race", { input }, (b) =>
      b
        .fork({ wins, deep: (x) => x.fork({ more: (y) => y.fork(others).join() }).join() })
        .race()
        .step("after", ({ branch }) => String(after(log)(branch)))
    )
    expect(await way.run(race, 1)).toBe("wins")
    expectLostBefore(log)
  })

  it("of quorum are interrupted and waited for", async () => {
    const log: Array<string> = []
    const quorum = workflow("quorum", { input }, (b) =>
      b
        .fork({ ...contest(log), add })
        .quorum(2)
        .step("after", (won) => Object(after(log)(won)) as object)
    )
    expect(await way.run(quorum, 1)).toEqual({ wins: 2, add: 2 })
    expectLostBefore(log)
  })

  it("of a failed race are interrupted before the failure is caught", async () => {
    const log: Array<string> = []
    const { wins, ...others } = contest(log)
    const race = workflow("race", { input }, (b) =>
      b
        .fork({ ...others, fails: (x) => x.then(wins).then(failing) })
        .race()
        .catchAll((x) => x.step("after", (error) => String(after(log)(error))))
    )
    expect(await way.run(race, 1)).toContain("no 2")
    expectLostBefore(log)
  })
})

describe.each(stores)("a loser on $name", ({ make }) => {
  it("that is parked is gone: neither its time nor its signal wakes anything", async () => {
    const called: Array<string> = []
    const racing = workflow("racing", { input }, (b) =>
      b
        .fork({
          timer: (x) => x.delay("1h").step("timer", () => called.push("timer")),
          waits: (x) => x.awaitSignal("go", input).step("waits", () => called.push("waits")),
          deep: (x) => x.fork({ inner: (y) => y.awaitSignal("go", input, { as: "inner" }) }).join(),
          retry: (x) =>
            x.step("retry", (n): number => fail(n), {
              retry: { maxRetries: 5, initialDelay: "1h" }
            }),
          wins: (x) => x.awaitSignal("win", input)
        })
        .any()
        .awaitSignal("end", input)
    )
    await using engine = await Engine.open({ store: make(), workflows: [racing] })
    const handle = await engine.start(racing, 1)
    const isParkedWith = (count: number) => async () => {
      const state = await handle.status()
      return state.status === "parked" && state.waitsFor.length === count
    }
    await until(isParkedWith(5))
    await handle.signal("win", 1)
    await until(isParkedWith(1))
    expect(await handle.status()).toMatchObject({
      waitsFor: [{ _tag: "Signal", node: "end", timeoutAtMs: null }]
    })
    await handle.signal("go", 2)
    await until(isParkedWith(1))
    await handle.signal("end", 3)
    expect(await handle.result()).toBe(3)
    expect(called).toEqual([])
  })
})

const fail = (n: number): number => {
  throw new Error(`no ${n}`)
}
