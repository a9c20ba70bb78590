// Reading runs: results, states, lists and histories, by any engine on the store.
import * as Effect from "effect/Effect"
import { describe, expect, it } from "@effect/vitest"
import { Engine, type, workflow } from "../../src/index.ts"
import { opened, pass, rejection, start, stores, until } from "./ways.ts"

const input = type<number>()
const adding = workflow("adding", { input }, (b) => b.step("add", (n) => n + 1))
const asking = workflow("asking", { input }, (b) => b.awaitSignal("say", type<string>()))
const failing = workflow("failing", { input }, (b) =>
  b.step("fail", (n) => {
    if (n > 0) throw new Error(`failed with ${n}`)
    return n
  })
)
const workflows = [adding, asking, failing]

const all = async <A>(found: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const items: Array<A> = []
  for await (const item of found) items.push(item)
  return items
}

describe.each(stores)("a result on $name", ({ make }) => {
  it("comes to all who wait, and to whoever asks later", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const handle = await engine.start(asking, 1)
    const waiting = [
      handle.result(),
      handle.result(),
      (await engine.handle(asking, handle.id)).result()
    ]
    await handle.signal("say", "hello")
    expect(await Promise.all(waiting)).toEqual(["hello", "hello", "hello"])
    expect(await handle.result()).toBe("hello")
  })

  it("of a run that another engine drives comes without asking again", async () => {
    const source = make()
    await using worker = await Engine.open({ store: source, workflows })
    await using client = await Engine.open({
      store: source,
      workflows,
      work: false,
      pollMs: 3_600_000
    })
    const handle = await client.start(asking, 1)
    const waiting = handle.result()
    await worker.signal(handle.id, "say", "from the worker")
    expect(await waiting).toBe("from the worker")
  })

  it("comes though the next look at the store is an hour away", async () => {
    await using engine = await Engine.open({ store: make(), workflows, pollMs: 3_600_000 })
    const handles = await Promise.all([1, 2, 3].map((n) => engine.start(adding, n)))
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual([2, 3, 4])
    const waiting = await engine.start(asking, 1)
    const result = waiting.result()
    await waiting.signal("say", "at once")
    expect(await result).toBe("at once")
  })

  it("of a run that failed is its error each time", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const handle = await engine.start(failing, 3)
    for (const ask of [handle.result, handle.result]) {
      expect(await rejection(ask())).toMatchObject({ message: "failed with 3" })
    }
    expect(await handle.status()).toMatchObject({ status: "failed", node: "fail" })
  })

  it("is there in the next engine", async () => {
    const source = make()
    const first = await Engine.open({ store: source, workflows })
    const handle = await first.start(adding, 1)
    await handle.result()
    await first.close()
    await using second = await Engine.open({ store: source, workflows })
    expect(await (await second.handle(adding, handle.id)).result()).toBe(2)
  })

  it("of an unknown run is RunNotFound, like all that is asked of it", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    for (const ask of [
      () => engine.handle(adding, "nobody"),
      () => engine.get("nobody"),
      () => engine.history("nobody")
    ]) {
      expect(await rejection(ask())).toMatchObject({ _tag: "RunNotFound", id: "nobody" })
    }
  })
})

describe.each(stores)("a list on $name", ({ make }) => {
  it("has every run once, ordered by id, with its state", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const started = [
      await engine.start(adding, 1, { id: "c", tags: ["x"] }),
      await engine.start(failing, 2, { id: "a" }),
      await engine.start(asking, 3, { id: "b", tags: ["x", "y"] })
    ]
    await Promise.allSettled(started.slice(0, 2).map((handle) => handle.result()))
    await until(async () => (await started[2]!.status()).status === "parked")
    const runs = await all(engine.list())
    expect(runs).toMatchObject([
      {
        id: "a",
        workflow: "failing",
        status: "failed",
        tags: [],
        error: { message: "failed with 2" },
        node: "fail"
      },
      {
        id: "b",
        workflow: "asking",
        status: "parked",
        tags: ["x", "y"],
        waitsFor: [{ signal: "say" }]
      },
      { id: "c", workflow: "adding", status: "completed", tags: ["x"], output: 2, requested: null }
    ])
    for (const { startedAt, updatedAt } of runs)
      expect(updatedAt.getTime()).toBeGreaterThanOrEqual(startedAt.getTime())
  })

  it("has those that match, by workflow, status and tag together", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    for (const [id, tags] of [
      ["1", ["x"]],
      ["2", ["x", "y"]],
      ["3", []]
    ] as const) {
      await (await engine.start(adding, 1, { id, tags })).result()
    }
    await engine.start(asking, 1, { id: "4", tags: ["x"] })
    const ids = async (options: Parameters<Engine["list"]>[0]) =>
      (await all(engine.list(options))).map(({ id }) => id)
    expect(await ids({ tag: "x" })).toEqual(["1", "2", "4"])
    expect(await ids({ tag: "x", workflow: "adding" })).toEqual(["1", "2"])
    expect(await ids({ tag: "y", status: "completed" })).toEqual(["2"])
    expect(await ids({ status: "failed" })).toEqual([])
    expect(await ids({ workflow: "nothing" })).toEqual([])
    expect(await ids({ tag: "x' or '1'='1" })).toEqual([])
  })

  it("goes on over as many pages as there are", async () => {
    await using engine = await Engine.open({ store: make(), workflows })
    const ids = Array.from({ length: 450 }, (_, n) => `run ${String(n).padStart(4, "0")}`)
    await Promise.all(ids.map((id) => engine.start(adding, 1, { id })))
    expect((await all(engine.list())).map(({ id }) => id)).toEqual(ids)
  })
})

describe.each(stores)("a history on $name", ({ make }) => {
  const trying = workflow("trying", { input }, (b) =>
    b
      .step(
        "try",
        (n, { attempt }) => {
          if (attempt === 1) throw new Error("once")
          return n
        },
        { retry: { maxRetries: 1, initialDelay: "1s" } }
      )
      .fork({
        a: (x) => x.delay("1s"),
        b: (x) => x.awaitSignal("say", input, { timeout: "2s", onTimeout: (y) => y })
      })
      .join()
  )

  it.effect("has what happened, where and when, in order", () =>
    Effect.gen(function* () {
      const runtime = yield* opened(make(), [trying])
      const { id } = yield* start(runtime, trying, { input: 1 })
      for (const _ of [1, 2, 3]) yield* pass(1_000)
      const node = "try+fork/b/say"
      expect(yield* runtime.client.history(id)).toEqual([
        {
          _tag: "AttemptFailed",
          atMs: 0,
          node: "try",
          attempt: 1,
          error: "Error: once",
          retryAtMs: 1_000
        },
        { _tag: "TaskCompleted", atMs: 1_000, node: "try", attempt: 2 },
        { _tag: "DelayStarted", atMs: 1_000, node: "try+fork/a/start+delay", untilMs: 2_000 },
        { _tag: "SignalAwaited", atMs: 1_000, node, signal: "say" },
        { _tag: "DelayEnded", atMs: 2_000, node: "try+fork/a/start+delay" },
        { _tag: "BranchEnded", atMs: 2_000, node: "try+fork", branch: "a" },
        { _tag: "SignalTimedOut", atMs: 3_000, node, signal: "say" },
        { _tag: "BranchEnded", atMs: 3_000, node: "try+fork", branch: "b" },
        { _tag: "RunCompleted", atMs: 3_000 }
      ])
    })
  )

  it.effect("says once that a signal is awaited, however often the run is taken up", () =>
    Effect.gen(function* () {
      const source = make()
      const open = opened(source, [asking])
      const { id } = yield* Effect.scoped(
        Effect.flatMap(open, (runtime) => start(runtime, asking, { input: 1 }))
      )
      for (const _ of [1, 2]) yield* Effect.scoped(open)
      const runtime = yield* open
      for (const intent of ["pause", "resume"] as const) {
        yield* runtime.client.control({ id, intent, reason: "", by: "" })
        yield* pass(0)
      }
      const events = (yield* runtime.client.history(id)).map(({ _tag }) => _tag)
      expect(events).toEqual(["SignalAwaited", "RunPaused", "RunResumed"])
    })
  )
})
