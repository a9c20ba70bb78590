// The forEach node: order, width, keys, and what elements wait for.
import * as Effect from "effect/Effect"
import { describe, expect, it } from "@effect/vitest"
import { Engine, task, type, workflow } from "../../src/index.ts"
import { execute } from "./crash.ts"
import {
  asyncWays,
  exitOf,
  opened,
  pass,
  rejection,
  start,
  stores,
  until,
  virtualWays,
  ways
} from "./ways.ts"

const list = type<ReadonlyArray<number>>()
const number = type<number>()
const add = task("add", (n: number) => n + 1)

describe.each(ways)("a forEach in $name", (way) => {
  it("gives the outputs in the order of the elements, and nothing for nothing", async () => {
    const all = workflow("all", { input: list }, (b) => b.forEach((ns) => ns, add))
    expect(await way.run(all, [3, 1, 2])).toEqual([4, 2, 3])
    expect(await way.run(all, [])).toEqual([])
  })

  it("nests: lists of lists, a fork and a loop in an element", async () => {
    const nested = workflow(
      "nested",
      { input: type<ReadonlyArray<ReadonlyArray<number>>>() },
      (b) =>
        b.forEach(
          (rows) => rows,
          (x) =>
            x.forEach(
              (row) => row,
              (y) =>
                y
                  .fork({ one: add, two: (z) => z.then(add.as("a")).then(add.as("b")) })
                  .join("sum", ({ one, two }) => one + two)
                  .loop((z) => z.then(add.as("c")), { while: (n) => n % 2 === 1 })
            )
        )
    )
    expect(await way.run(nested, [[1, 2], [], [3]])).toEqual([[6, 8], [], [10]])
  })

  it("has undefined and null among its elements and outputs, as they are", async () => {
    const odd = workflow("odd", { input: type<ReadonlyArray<number | null | undefined>>() }, (b) =>
      b.forEach(
        (all) => all,
        (x) => x.step("same", (one) => one)
      )
    )
    expect(await way.run(odd, [undefined, null, 0])).toStrictEqual([undefined, null, 0])
  })

  it("fails with the first failure, and gives what fails no second chance", async () => {
    const called: Array<number> = []
    const failing = workflow("failing", { input: list }, (b) =>
      b.forEach(
        (ns) => ns,
        (x) =>
          x.step("check", (n) => {
            called.push(n)
            if (n === 2) throw new Error(`no ${n}`)
            return n
          }),
        { concurrency: 1 }
      )
    )
    expect(await rejection(way.run(failing, [1, 2, 3]))).toMatchObject({ message: "no 2" })
    expect(called).toEqual([1, 2])
  })

  it("calls each element under a key of its own", async () => {
    const keys: Array<string> = []
    const keyed = workflow("keyed", { input: list }, (b) =>
      b.forEach(
        (ns) => ns,
        (x) =>
          x.forEach(
            (n) => [n, n],
            (y) => y.step("key", (_, { idempotencyKey }) => keys.push(idempotencyKey))
          )
      )
    )
    await way.run(keyed, [1, 2])
    const ends = keys.map((key) => key.slice(key.indexOf("[")))
    expect(ends.toSorted()).toEqual(["[0.0]", "[0.1]", "[1.0]", "[1.1]"])
  })
})

describe.each(asyncWays)("elements in $name", (way) => {
  it("are at most `concurrency` at one time, and that many", async () => {
    let running = 0
    let most = 0
    const wide = workflow("wide", { input: list }, (b) =>
      b.forEach(
        (ns) => ns,
        (x) =>
          x.step("work", async (n) => {
            running += 1
            most = Math.max(most, running)
            await new Promise((resolve) => setTimeout(resolve, 2))
            running -= 1
            return n
          }),
        { concurrency: 3 }
      )
    )
    const ns = [1, 2, 3, 4, 5, 6, 7, 8]
    expect(await way.run(wide, ns)).toEqual(ns)
    expect(most).toBe(3)
  })
})

describe.each(virtualWays)("timers in elements in $name", (way) => {
  it.effect("wake each at its own time", () =>
    Effect.gen(function* () {
      const woken: Array<string> = []
      const timed = workflow("timed", { input: list }, (b) =>
        b.forEach(
          (ns) => ns,
          (x) =>
            x
              .sleepUntil((n) => new Date(n * 1_000))
              .step("woken", (n) => woken.push(`woken ${n}`))
              .delay("1s")
              .step("again", (n) => woken.push(`again ${n}`))
        )
      )
      const running = yield* way.start(timed, [5, 2])
      yield* pass(1_999)
      expect(woken).toEqual([])
      yield* pass(1)
      expect(woken).toEqual(["woken 2"])
      yield* pass(1_000)
      expect(woken).toEqual(["woken 2", "again 1"])
      yield* pass(2_000)
      expect(woken).toEqual(["woken 2", "again 1", "woken 5"])
      yield* pass(1_000)
      expect(exitOf(running)).toMatchObject({ value: [4, 2] })
    })
  )
})

describe.each(stores)("elements on $name", ({ make }) => {
  it.effect("that wait are listed each with its time, and are gone with a failing sibling", () =>
    Effect.gen(function* () {
      const waiting = workflow("waiting", { input: list }, (b) =>
        b
          .forEach(
            (ns) => ns,
            (x) =>
              x
                .sleepUntil((n) => new Date(n * 1_000))
                .step("check", (n) => {
                  if (n === 2) throw new Error("no")
                  return n
                })
          )
          .catchAll((x) => x.awaitSignal("more", number))
      )
      const runtime = yield* opened(make(), [waiting])
      const { id } = yield* start(runtime, waiting, { input: [5, 2] })
      const node = "start+foreach/body/start+sleepuntil"
      expect(yield* runtime.client.get(id)).toMatchObject({
        waits: [
          { _tag: "Timer", node, atMs: 5_000 },
          { _tag: "Timer", node, atMs: 2_000 }
        ]
      })
      yield* pass(2_000)
      expect((yield* runtime.client.get(id)).waits).toEqual([
        { _tag: "Signal", node: expect.stringContaining("more"), signal: "more", timeoutAtMs: null }
      ])
    })
  )

  it("take one signal each", async () => {
    const asking = workflow("asking", { input: list }, (b) =>
      b.forEach(
        (ns) => ns,
        (x) => x.awaitSignal("say", number),
        { concurrency: 2 }
      )
    )
    await using engine = await Engine.open({ store: make(), workflows: [asking] })
    const handle = await engine.start(asking, [1, 2, 3])
    for (const n of [10, 20, 30]) {
      await until(async () => (await handle.status()).status === "parked")
      await handle.signal("say", n)
    }
    expect((await handle.result()).toSorted((a, b) => a - b)).toEqual([10, 20, 30])
  })

  it("keep their keys over attempts and restarts", async () => {
    const seen: Array<string> = []
    const keyed = workflow("keyed", { input: list }, (b) =>
      b.forEach(
        (ns) => ns,
        (x) =>
          x.step(
            "try",
            async (n, { attempt, idempotencyKey }) => {
              seen.push(`${n} ${idempotencyKey}`)
              if (attempt === 1) throw new Error("the first attempt fails")
              return n
            },
            { retry: { maxRetries: 1, initialDelay: 1 } }
          ),
        { concurrency: 2 }
      )
    )
    const runId = "keyed-1"
    const scenario = {
      workflow: keyed,
      runId,
      client: async (engine: Engine) =>
        (await engine.start(keyed, [7, 8, 9], { id: runId, onConflict: "useExisting" })).result()
    }
    const { answer, writes } = await execute(scenario, make(), { kill: null })
    const expected = [...new Set(seen)].toSorted()
    expect(expected).toHaveLength(3)
    for (let write = 1; write <= writes; write += 1) {
      const found = await execute(scenario, make(), { kill: { write, moment: "after" } })
      expect(found.answer).toEqual(answer)
    }
    expect([...new Set(seen)].toSorted()).toEqual(expected)
  })
})
