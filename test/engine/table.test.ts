// The table of the ways to run a workflow: what each of them does with the same node. One test a row.
import * as Effect from "effect/Effect"
import { describe, expect, it } from "@effect/vitest"
import { Engine, run, runSync, task, type, workflow } from "../../src/index.ts"
import * as InProcess from "../../src/engine/InProcess.ts"
import { TaskTimedOut } from "../../src/task/Failure.ts"
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

const input = type<number>()

describe("branches", () => {
  it.each(asyncWays)("run side by side at every depth: $name", async (way) => {
    const all = Promise.withResolvers<void>()
    let started = 0
    const meet = task("meet", async (n: number) => {
      started += 1
      if (started === 4) all.resolve()
      await all.promise
      return n + 1
    })
    const meeting = workflow("meeting", { input }, (b) =>
      b
        .fork({
          left: (x) => x.fork({ one: meet.as("one"), two: meet.as("two") }).join(),
          right: (x) => x.fork({ one: meet.as("one"), two: meet.as("two") }).join()
        })
        .join()
    )
    expect(await way.run(meeting, 1)).toEqual({
      left: { one: 2, two: 2 },
      right: { one: 2, two: 2 }
    })
  })

  it("run one after another in declared order: runSync", () => {
    const log: Array<string> = []
    const note = task("note", (n: number, { node }) => {
      log.push(node)
      return n
    })
    const ordered = workflow("ordered", { input }, (b) =>
      b
        .fork({
          z: (x) => x.then(note).then(note.as("again")),
          deep: (x) => x.fork({ b: note, a: note }).join(),
          a: note
        })
        .join()
    )
    expect(runSync(ordered, 1)).toEqual({ z: 1, deep: { b: 1, a: 1 }, a: 1 })
    const [fork] = Object.keys(ordered.definition.nodes)
    expect(log.map((node) => node.replace(`${fork}/`, "").replace(/\/[^/]+\+fork/, ""))).toEqual([
      "z/note",
      "z/again",
      "deep/b/note",
      "deep/a/note",
      "a/note"
    ])
  })
})

describe("delay", () => {
  const wait = workflow("wait", { input }, (b) => b.delay("20ms"))

  it.effect("sleeps on the clock of the runtime: run", () =>
    Effect.gen(function* () {
      const running = yield* virtualWays[0]!.start(wait, 7)
      yield* pass(19)
      expect(running.exit()).toBeUndefined()
      yield* pass(1)
      expect(exitOf(running)).toMatchObject({ value: 7 })
    })
  )

  it("blocks the thread: runSync", () => {
    const startedAtMs = performance.now()
    expect(runSync(wait, 7)).toBe(7)
    expect(performance.now() - startedAtMs).toBeGreaterThan(19)
  })

  it.effect.each(stores)("parks: engine on $name", ({ make }) =>
    Effect.gen(function* () {
      const runtime = yield* opened(make(), [wait])
      const { id } = yield* start(runtime, wait, { input: 7 })
      expect(yield* runtime.client.get(id)).toMatchObject({
        status: "parked",
        waits: [{ _tag: "Timer", node: "start+delay", atMs: 20 }]
      })
    })
  )
})

describe("awaitSignal", () => {
  let calls = 0
  const count = task("count", (n: number) => {
    calls += 1
    return n
  })
  const asking = workflow("asking", { input }, (b) =>
    b
      .then(count)
      .fork({ ask: (x) => x.awaitSignal("answer", type<number>()) })
      .join()
  )
  const node = "count+fork/ask/answer"

  it("fails before anything runs, naming the node: run and runSync", async () => {
    const refusal = { _tag: "SignalsNotSupported", node, signal: "answer", workflow: "asking" }
    expect(await rejection(run(asking, 1))).toMatchObject(refusal)
    expect(() => runSync(asking, 1)).toThrow(expect.objectContaining(refusal))
    expect(calls).toBe(0)
  })

  it.effect.each(stores)("parks: engine on $name", ({ make }) =>
    Effect.gen(function* () {
      const runtime = yield* opened(make(), [asking])
      const { id } = yield* start(runtime, asking, { input: 7 })
      expect(yield* runtime.client.get(id)).toMatchObject({
        status: "parked",
        waits: [{ _tag: "Signal", node, signal: "answer", timeoutAtMs: null }]
      })
    })
  )
})

describe("an asynchronous task", () => {
  const promised = workflow("promised", { input }, (b) => b.step("later", async (n) => n + 1))
  const slept = workflow("slept", { input }, (b) =>
    b.step("later", (n) => Effect.delay(Effect.succeed(n), 1))
  )

  it.each(asyncWays)("runs: $name", async (way) => {
    expect(await way.run(promised, 1)).toBe(2)
    expect(await way.run(slept, 1)).toBe(1)
  })

  it("is refused by name, and not retried: runSync", () => {
    for (const refused of [promised, slept]) {
      expect(() => runSync(refused, 1)).toThrow(
        expect.objectContaining({
          _tag: "AsyncTaskInSyncRun",
          node: "later",
          task: `${refused.name}#later`
        })
      )
    }
  })

  it.each(ways)("is not what an Effect that needs no time is: $name", async (way) => {
    const quick = workflow("quick", { input }, (b) => b.step("now", (n) => Effect.succeed(n + 1)))
    expect(await way.run(quick, 1)).toBe(2)
  })
})

describe("the timeout of a task", () => {
  it.effect.each(virtualWays)("interrupts the attempt: $name", (way) =>
    Effect.gen(function* () {
      let isAborted = false
      const hang = task(
        "hang",
        { timeout: "1s" },
        (_: number, { signal }) =>
          new Promise<number>((_, reject) => {
            signal.addEventListener("abort", () => {
              isAborted = true
              reject(new Error("aborted"))
            })
          })
      )
      const running = yield* way.start(
        workflow("hanging", { input }, (b) => b.then(hang)),
        1
      )
      yield* pass(999)
      expect([isAborted, running.exit()]).toEqual([false, undefined])
      yield* pass(1)
      expect(isAborted).toBe(true)
      expect(exitOf(running)._tag).toBe("Failure")
    })
  )

  it("is not enforced: runSync", () => {
    const slow = task("slow", { timeout: "1ms" }, (n: number) => {
      const untilMs = performance.now() + 5
      while (performance.now() < untilMs);
      return n
    })
    expect(
      runSync(
        workflow("slowly", { input }, (b) => b.then(slow)),
        3
      )
    ).toBe(3)
  })

  it("fails with TaskTimedOut in process", async () => {
    const hang = task("hang", { timeout: "2ms" }, (_: number) => new Promise<number>(() => {}))
    const hanging = workflow("hanging", { input }, (b) => b.then(hang))
    expect(await rejection(run(hanging, 1))).toBeInstanceOf(TaskTimedOut)
  })
})

describe("a retry", () => {
  const flaky = (attempts: Array<number>, delay: "20ms" | "1h") =>
    workflow("flaky", { input }, (b) =>
      b.step(
        "try",
        (n, { attempt }) => {
          attempts.push(attempt)
          if (attempt < 3) throw new Error(`attempt ${attempt}`)
          return n
        },
        { retry: { maxRetries: 2, initialDelay: delay } }
      )
    )

  it.effect("waits in memory: run", () =>
    Effect.gen(function* () {
      const attempts: Array<number> = []
      const fiber = yield* Effect.forkScoped(InProcess.run(flaky(attempts, "1h"), 1))
      yield* pass(3_600_000)
      yield* pass(3_600_000)
      expect([attempts, fiber.pollUnsafe()?._tag]).toEqual([[1, 2, 3], "Success"])
    })
  )

  it("blocks the thread: runSync", () => {
    const attempts: Array<number> = []
    const startedAtMs = performance.now()
    expect(runSync(flaky(attempts, "20ms"), 1)).toBe(1)
    expect(attempts).toEqual([1, 2, 3])
    expect(performance.now() - startedAtMs).toBeGreaterThan(39)
  })

  it.effect.each(stores)(
    "keeps its count and its time when the engine is another: $name",
    ({ make }) =>
      Effect.gen(function* () {
        const source = make()
        const attempts: Array<number> = []
        const retried = flaky(attempts, "1h")
        const { id } = yield* Effect.scoped(
          Effect.gen(function* () {
            const first = yield* opened(source, [retried])
            return yield* start(first, retried, { input: 1 })
          })
        )
        expect(attempts).toEqual([1])
        yield* pass(1_800_000)
        const second = yield* opened(source, [retried])
        yield* pass(0)
        expect(yield* second.client.get(id)).toMatchObject({
          status: "parked",
          waits: [{ _tag: "Retry", node: "try", attempt: 2, atMs: 3_600_000 }]
        })
        yield* pass(1_799_999)
        expect(attempts).toEqual([1])
        yield* pass(1)
        expect(attempts).toEqual([1, 2])
      })
  )
})

it("a started run outlives the call that started it", async () => {
  const gate = Promise.withResolvers<void>()
  const waiting = workflow("waiting", { input }, (b) =>
    b.step("wait", async (n) => {
      await gate.promise
      return n
    })
  )
  await using engine = await Engine.open({ store: "memory:", workflows: [waiting] })
  const handle = await engine.start(waiting, 1)
  await until(async () => (await handle.status()).status === "running")
  gate.resolve()
  expect(await handle.result()).toBe(1)
})
