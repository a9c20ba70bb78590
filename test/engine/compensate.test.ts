// Undoing: the last to complete first, when the run fails or is cancelled, and through whatever happens meanwhile.
import { describe, expect, it } from "vitest"
import { Engine, task, type, workflow } from "../../src/index.ts"
import { rejection, stores, until, ways } from "./ways.ts"

const input = type<number>()

/** A saga whose tasks and undos say what they do. */
const saga = (log: Array<string>) => {
  const act = <Id extends string>(id: Id) => task(id, (n: number) => (log.push(id), n + 1))
  const undo = (id: string) => task(`undo-${id}`, (n: number) => void log.push(`undo ${id} ${n}`))
  return { act, undo }
}

describe.each(ways)("compensation in $name", ({ run }) => {
  it("undoes what completed, last first, each with the output of its task", async () => {
    const log: Array<string> = []
    const { act, undo } = saga(log)
    const flow = workflow("flow", { input }, (b) =>
      b
        .then(act("a"))
        .compensate(undo("a"))
        .then(act("free"))
        .fork({ x: (f) => f.then(act("x")).compensate(undo("x")) })
        .join("sum", ({ x }) => x)
        .step("boom", (): number => {
          throw new RangeError("boom")
        })
        .compensate(undo("boom"))
    )
    expect(await rejection(run(flow, 0))).toMatchObject({ message: "boom" })
    expect(log).toEqual(["a", "free", "x", "undo x 3", "undo a 1"])
  })

  it("undoes nothing of a run that completes, or whose error is handled", async () => {
    const log: Array<string> = []
    const { act, undo } = saga(log)
    const flow = workflow("flow", { input }, (b) =>
      b
        .then(act("a"))
        .compensate(undo("a"))
        .step("boom", (): number => {
          throw new RangeError("boom")
        })
        .catchAll((h) => h.step("calm", () => -1))
    )
    expect(await run(flow, 0)).toBe(-1)
    expect(log).toEqual(["a"])
  })

  it("undoes each round of a loop and each element of a list", async () => {
    const log: Array<string> = []
    const { act, undo } = saga(log)
    const flow = workflow("flow", { input }, (b) =>
      b
        .loop((l) => l.then(act("round")).compensate(undo("round")), { while: (n) => n < 2 })
        .forEach(
          (n) => [n, n * 10],
          (e) => e.then(act("each")).compensate(undo("each")),
          {
            concurrency: 1
          }
        )
        .step("boom", () => {
          throw new RangeError("boom")
        })
    )
    await rejection(run(flow, 0))
    expect(log.slice(4)).toEqual(["undo each 21", "undo each 3", "undo round 2", "undo round 1"])
  })

  it("goes on with the others when one cannot be undone, and fails with the error of the run", async () => {
    const log: Array<string> = []
    const { act, undo } = saga(log)
    const broken = task("broken", { retry: { maxRetries: 2 } }, (n: number, { attempt }) => {
      log.push(`broken ${n} ${attempt}`)
      throw new TypeError("cannot undo")
    })
    const flow = workflow("flow", { input }, (b) =>
      b
        .then(act("a"))
        .compensate(undo("a"))
        .then(act("b"))
        .compensate(broken)
        .step("boom", () => {
          throw new RangeError("boom")
        })
    )
    expect(await rejection(run(flow, 0))).toMatchObject({ message: "boom" })
    expect(log).toEqual(["a", "b", "broken 2 1", "broken 2 2", "broken 2 3", "undo a 1"])
  })
})

describe.each(stores)("compensation on $name", ({ make }) => {
  it("undoes a run that is cancelled while it waits, and tells the history", async () => {
    const log: Array<string> = []
    const { act, undo } = saga(log)
    const flow = workflow("flow", { input }, (b) =>
      b
        .then(act("a"))
        .compensate(undo("a"))
        .then(act("b"))
        .compensate(undo("b"))
        .awaitSignal("never", input)
    )
    await using engine = await Engine.open({ store: make(), workflows: [flow] })
    const handle = await engine.start(flow, 0)
    await until(async () => (await handle.status()).status === "parked")
    await handle.cancel({ reason: "changed my mind", by: "me" })
    expect(await handle.outcome()).toEqual({
      status: "cancelled",
      reason: "changed my mind",
      by: "me"
    })
    expect(log).toEqual(["a", "b", "undo b 2", "undo a 1"])
    expect((await handle.history()).map(({ _tag }) => _tag).slice(-2)).toEqual([
      "CompensationCompleted",
      "RunCancelled"
    ])
  })

  it("goes on undoing in another engine, with the same keys and what is left", async () => {
    const store = make()
    const log: Array<string> = []
    const keys = new Set<string>()
    const { act } = saga(log)
    const hang = Promise.withResolvers<void>()
    const undo = (id: string, wait: boolean) =>
      task(`undo-${id}`, async (n: number, { idempotencyKey }) => {
        log.push(`undo ${id} ${n}`)
        keys.add(idempotencyKey)
        if (wait) await hang.promise
      })
    const flow = (wait: boolean) =>
      workflow("flow", { input }, (b) =>
        b
          .then(act("a"))
          .compensate(undo("a", wait))
          .then(act("b"))
          .compensate(undo("b", false))
          .step("boom", () => {
            throw new RangeError("boom")
          })
      )
    const first = await Engine.open({ store, workflows: [flow(true)] })
    await first.start(flow(true), 0, { id: "r" })
    await until(() => log.includes("undo a 1"))
    await first.close({ graceMs: 0 })
    await using second = await Engine.open({ store, workflows: [flow(false)] })
    const handle = await second.handle(flow(false), "r")
    expect(await handle.outcome()).toMatchObject({ status: "failed", node: "boom" })
    expect(log).toEqual(["a", "b", "undo b 2", "undo a 1", "undo a 1"])
    expect(keys.size).toBe(2)
  })

  it("bounds what undoes by its own timeout and deadline, and tells its attempts apart", async () => {
    const { act, undo } = saga([])
    const slow = task("slow", { timeout: 20, retry: { maxRetries: 1 } }, (_: number, { signal }) =>
      waitFor(signal)
    )
    const late = task("late", { deadline: 20 }, (_: number, { signal }) => waitFor(signal))
    const flow = workflow("flow", { input }, (b) =>
      b
        .then(act("a"))
        .compensate(undo("a"))
        .then(act("b"))
        .compensate(slow)
        .then(act("c"))
        .compensate(late)
        .step("boom", () => {
          throw new RangeError("boom")
        })
    )
    await using engine = await Engine.open({ store: make(), workflows: [flow] })
    const handle = await engine.start(flow, 0)
    expect(await handle.outcome()).toMatchObject({ status: "failed", node: "boom" })
    const told = (await handle.history()).filter(({ _tag }) => _tag.startsWith("Compensation"))
    expect(told.map((event) => [event._tag, "node" in event && event.node])).toEqual([
      ["CompensationAttemptFailed", "c"],
      ["CompensationFailed", "c"],
      ["CompensationAttemptFailed", "b"],
      ["CompensationAttemptFailed", "b"],
      ["CompensationFailed", "b"],
      ["CompensationCompleted", "a"]
    ])
  })
})

/** Ends only when it is told to. */
const waitFor = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve()))
