// The delay node: the value passes through, never early, and a branch's delay is nobody else's.
import * as Effect from "effect/Effect"
import { describe, expect, it } from "@effect/vitest"
import { task, type, workflow } from "../../src/index.ts"
import { exitOf, opened, pass, start, stores, virtualWays, ways } from "./ways.ts"

const input = type<number>()

describe.each(ways)("a delay in $name", (way) => {
  it("is never early, and passes the value on: as first, as middle and as last node", async () => {
    const waiting = workflow("waiting", { input }, (b) =>
      b
        .delay("11ms")
        .step("double", (n) => n * 2)
        .delay("11ms")
        .step("add", (n) => n + 1)
        .delay("11ms")
    )
    const startedAtMs = Date.now()
    expect(await way.run(waiting, 3)).toBe(7)
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(33)
  })

  it("may be all there is", async () => {
    expect(
      await way.run(
        workflow("only", { input }, (b) => b.delay(3)),
        9
      )
    ).toBe(9)
  })

  it("of zero passes at once", async () => {
    const zero = workflow("zero", { input }, (b) =>
      b
        .delay(0)
        .fork({ a: (x) => x.delay("0s") })
        .join()
    )
    expect(await way.run(zero, 9)).toEqual({ a: 9 })
  })
})

describe.each(virtualWays)("delays in $name", (way) => {
  const noting = (log: Array<string>) =>
    task("note", (n: number, { node }) => {
      log.push(node)
      return n
    })

  it.effect("end to the millisecond, however long", () =>
    Effect.gen(function* () {
      const year = 365 * 86_400_000
      const running = yield* way.start(
        workflow("year", { input }, (b) => b.delay("365d")),
        1
      )
      yield* pass(year - 1)
      expect(running.exit()).toBeUndefined()
      yield* pass(1)
      expect(exitOf(running)).toMatchObject({ value: 1 })
    })
  )

  it.effect("in two branches end each at its own time", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const note = noting(log)
      const forking = workflow("forking", { input }, (b) =>
        b
          .fork({
            late: (x) => x.delay("1h").then(note),
            early: (x) => x.delay("1m").then(note).delay("1m").then(note.as("again"))
          })
          .join()
      )
      const running = yield* way.start(forking, 1)
      yield* pass(60_000)
      expect(log).toEqual(["start+fork/early/note"])
      yield* pass(60_000)
      expect(log).toEqual(["start+fork/early/note", "start+fork/early/again"])
      yield* pass(3_600_000 - 120_001)
      expect(log).toHaveLength(2)
      yield* pass(1)
      expect(log).toHaveLength(3)
      expect(exitOf(running)).toMatchObject({ value: { late: 1, early: 1 } })
    })
  )

  it.effect("of equal length in many branches end together", () =>
    Effect.gen(function* () {
      const forking = workflow("forking", { input }, (b) =>
        b.fork({ a: (x) => x.delay("1s"), b: (x) => x.delay("1s"), c: (x) => x.delay("1s") }).join()
      )
      const running = yield* way.start(forking, 1)
      yield* pass(1_000)
      expect(exitOf(running)).toMatchObject({ value: { a: 1, b: 1, c: 1 } })
    })
  )

  it.effect("in a branch end while a sibling's task still runs", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const note = noting(log)
      const forking = workflow("forking", { input }, (b) =>
        b
          .fork({
            busy: (x) => x.step("work", (n) => Effect.delay(Effect.succeed(n), "1 hour")),
            waits: (x) => x.delay("1m").then(note)
          })
          .join()
      )
      const running = yield* way.start(forking, 1)
      yield* pass(60_000)
      expect(log).toEqual(["start+fork/waits/note"])
      yield* pass(3_600_000 - 60_000)
      expect(exitOf(running)).toMatchObject({ value: { busy: 1, waits: 1 } })
    })
  )
})

describe.each(stores)("a delay on $name", ({ make }) => {
  it.effect("of zero does not park", () =>
    Effect.gen(function* () {
      const zero = workflow("zero", { input }, (b) =>
        b
          .delay(0)
          .step("one", (n) => n)
          .delay(0)
      )
      const runtime = yield* opened(make(), [zero])
      const { id } = yield* start(runtime, zero, { input: 1 })
      expect(yield* runtime.client.get(id)).toMatchObject({ status: "completed" })
      const history = yield* runtime.client.history(id)
      expect(history.map(({ _tag }) => _tag)).toEqual(["TaskCompleted", "RunCompleted"])
    })
  )

  it.effect("keeps its end when the engine is another, also when that one comes late", () =>
    Effect.gen(function* () {
      const source = make()
      const waiting = workflow("waiting", { input }, (b) =>
        b.fork({ a: (x) => x.delay("10m"), b: (x) => x.delay("20m") }).join()
      )
      const open = opened(source, [waiting])
      const { id } = yield* Effect.scoped(
        Effect.flatMap(open, (runtime) => start(runtime, waiting, { input: 1 }))
      )
      yield* pass(900_000)
      const runtime = yield* open
      yield* pass(0)
      expect(yield* runtime.client.get(id)).toMatchObject({
        status: "parked",
        waits: [{ _tag: "Timer", node: "start+fork/b/start+delay", atMs: 1_200_000 }]
      })
      yield* pass(299_999)
      expect(yield* runtime.client.get(id)).toMatchObject({ status: "parked" })
      yield* pass(1)
      expect(yield* runtime.client.get(id)).toMatchObject({
        status: "completed",
        result: `{"a":1,"b":1}`
      })
    })
  )
})
