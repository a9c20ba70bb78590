// The crash test for what a run remembers beside its strands: what it keeps, publishes and has to undo, and rounds
// of a workflow that starts over. One execution a kill before and after every single write: the end is the same, each
// task is undone once as far as the history says, and a call is made again only where a write was lost.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it, vi } from "vitest"
import type { Workflow } from "../../src/builder/Workflow.ts"
import type { Engine } from "../../src/engine/Engine.ts"
import { task, type, workflow } from "../../src/index.ts"
import type { HistoryEvent } from "../../src/run/History.ts"
import { memory, sqlite, type StoreSource } from "../../src/store/StoreSource.ts"
import { execute, type Kill, type Scenario } from "./crash.ts"

vi.setConfig({ testTimeout: 60_000 })
const input = type<number>()
/** Calls of tasks and of what undoes them, with their values, in both engines. */
const calls: Array<string> = []
let execution = 0

const act = <Id extends string>(id: Id) =>
  task(id, (n: number) => {
    calls.push(`${id} ${n}`)
    return n + 1
  })
const undo = (id: string) => task(`undo-${id}`, (n: number) => void calls.push(`undo ${id} ${n}`))
const stubborn = task(
  "undo-stubborn",
  { retry: { maxRetries: 3, initialDelay: "1ms" } },
  (n: number, { attempt }) => {
    calls.push(`undo stubborn ${n} ${attempt}`)
    if (attempt < 3) throw new Error(`attempt ${attempt}`)
  }
)
const impossible = task("undo-impossible", (n: number) => {
  calls.push(`undo impossible ${n}`)
  throw new Error("cannot be undone")
})

const saga = workflow("saga", { input }, (b) =>
  b
    .then(act("a"))
    .compensate(undo("a"))
    .fork({
      x: (f) => f.then(act("x")).compensate(stubborn),
      y: (f) => f.then(act("y")).compensate(undo("y")).then(act("free"))
    })
    .join("sum", ({ x, y }) => x + y)
    .loop((l) => l.then(act("round")).compensate(undo("round")), { while: (n) => n < 7 })
    .forEach(
      (n) => [n, n * 10],
      (e) => e.then(act("each")).compensate(impossible),
      { concurrency: 1 }
    )
    .awaitSignal("go", type<boolean>())
    .step("end", (good) => {
      if (!good) throw new RangeError("boom")
      return "done"
    })
)

const keeping = workflow("keeping", { input }, (b) =>
  b
    .keep("order")
    .then(act("first"))
    .fork({
      a: (f) =>
        f
          .keep("inner")
          .then(act("second"))
          .step("third", (n, { results }) => n + results.inner)
    })
    .join("sum", ({ a }) => a)
    .forEach(
      (n, { results }) => [n, results.order],
      (e) =>
        e
          .keep("item")
          .then(act("each"))
          .step("back", (n, { results }) => [n, results.item, results.order])
    )
    .step("end", (all, { results }) => JSON.stringify([all, results.order]))
)

const endless = workflow("endless", { input }, (b) =>
  b
    .keep("round")
    .then(act("tick"))
    .compensate(undo("tick"))
    .fork({
      next: (f) => f.step("next", (n) => n),
      idle: (f) => f.delay("1h").step("idle", () => 0)
    })
    .race()
    .route(({ value }) => (value < 5 ? "again" : "stop"), {
      again: (a) => a.continueAs(({ value }: { readonly value: number }) => value),
      stop: (a) => a.step("end", ({ value }, { results }) => `${results.round} ${value}`)
    })
)

const publishing = workflow("publishing", { input }, (b) =>
  b
    .publish()
    .loop((l) => l.then(act("one")).publish((n) => ({ done: n })), { while: (n) => n < 3 })
    .then(act("last"))
)

type Numeric = Workflow<string, number, unknown, unknown, never, unknown>
const runId = "crash-1"
const started = (flow: Numeric) => (engine: Engine) =>
  engine.start(flow, 0, { id: runId, onConflict: "useExisting" })

const failing = async (engine: Engine) => {
  const handle = await started(saga)(engine)
  // After a crash at the very end the run is over, and refuses it.
  await engine.signal(runId, "go", false, { key: "go" }).catch(() => undefined)
  return handle.result()
}
/** The client of a dead engine waits on, until another execution begins. */
const whileRunning = async (
  handle: { readonly status: () => Promise<{ readonly status: string }> },
  own: number
): Promise<void> => {
  const { status } = await handle.status()
  if (own !== execution || (status !== "running" && status !== "queued")) return
  await new Promise((resolve) => setTimeout(resolve, 1))
  return whileRunning(handle, own)
}
const cancelled = async (engine: Engine) => {
  const handle = await started(saga)(engine)
  await whileRunning(handle, execution)
  await handle.cancel({ reason: "changed my mind", by: "the test" }).catch(() => undefined)
  return handle.result()
}
const completing = (flow: Numeric) => async (engine: Engine) =>
  (await started(flow)(engine)).result()
const published = async (engine: Engine) => {
  const handle = await started(publishing)(engine)
  const result = await handle.result()
  return [result, await handle.progress()]
}

const folder = mkdtempSync(join(tmpdir(), "onward-crash-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let file = 0
const stores: Record<string, () => StoreSource> = {
  memory,
  sqlite: () => sqlite(join(folder, `${file++}.db`))
}

/** What the history says about undoing, in order. */
const undone = (history: ReadonlyArray<HistoryEvent>) =>
  history.flatMap((event) =>
    event._tag === "CompensationCompleted" || event._tag === "CompensationFailed"
      ? [`${event._tag} ${event.node}`]
      : []
  )
const rounds = (history: ReadonlyArray<HistoryEvent>) =>
  history.flatMap((event) => (event._tag === "StartedOver" ? [event.round] : []))

const perform = async (scenario: Scenario, store: StoreSource, kill: Kill | null) => {
  calls.length = 0
  execution += 1
  const { answer, history, writes } = await execute(scenario, store, { kill })
  return { answer, undone: undone(history), rounds: rounds(history), writes, calls: [...calls] }
}

const byText = (a: string, b: string) => (a < b ? -1 : 1)
/** Branches may complete in another order when they are called again. */
const toKind = (told: string) => told.replace(/\/[xy]\/[xy]$/, "/branch")

/** The undisturbed run, after it has been compared with one that was killed at each of its writes. */
const explore = async (scenario: Scenario, store: () => StoreSource) => {
  const undisturbed = await perform(scenario, store(), null)
  expect(undisturbed.writes).toBeGreaterThan(2)
  const { answer, rounds, undone } = undisturbed
  for (let write = 1; write <= undisturbed.writes; write++) {
    for (const moment of ["before", "after"] as const) {
      const found = await perform(scenario, store(), { write, moment })
      const where = `killed ${moment} write ${write}`
      expect(found, where).toMatchObject({ answer, rounds })
      expect(found.undone.toSorted(byText), where).toEqual(undone.toSorted(byText))
      expect(found.undone.map(toKind), where).toEqual(undone.map(toKind))
      expect(new Set(found.calls), where).toEqual(new Set(undisturbed.calls))
      // As many as may be under way when a process dies: two branches, or what had begun in one checkpoint.
      const extra = found.calls.length - undisturbed.calls.length
      expect(extra, where).toBeLessThanOrEqual(2)
    }
  }
  return undisturbed
}

const undoneCalls = (calls: ReadonlyArray<string>) =>
  calls.filter((call) => call.startsWith("undo")).map((call) => call.split(" ")[1])

describe.each(Object.entries(stores))("notes on %s, killed at every write", (_, store) => {
  const undoing = (calls: ReadonlyArray<string>) => {
    const names = undoneCalls(calls)
    expect(names.slice(0, -5)).toEqual(["impossible", "impossible", "round", "round"])
    expect(new Set(names.slice(-5, -1))).toEqual(new Set(["stubborn", "y"]))
    expect(names.filter((name) => name === "stubborn")).toHaveLength(3)
    expect(names.at(-1)).toBe("a")
  }

  it("undoes what a saga did that fails", async () => {
    const found = await explore({ workflow: saga, client: failing, runId }, store)
    expect(found.answer).toMatchObject({ error: expect.stringContaining("boom") })
    undoing(found.calls)
  })

  it("undoes what a saga did that is cancelled", async () => {
    const found = await explore({ workflow: saga, client: cancelled, runId }, store)
    expect(found.answer).toMatchObject({ error: expect.stringContaining("changed my mind") })
    undoing(found.calls)
  })

  it("sees what was kept", async () => {
    const { answer } = await explore(
      { workflow: keeping, client: completing(keeping), runId },
      store
    )
    expect(answer).toEqual({ value: "[[[4,3,0],[1,0,0]],0]" })
  })

  it("starts over once for each round, with nothing left to undo", async () => {
    const found = await explore({ workflow: endless, client: completing(endless), runId }, store)
    expect(found.answer).toEqual({ value: "4 5" })
    expect(found.rounds).toEqual([1, 2, 3, 4])
    expect(found.undone).toEqual([])
  })

  it("publishes the last value", async () => {
    const found = await explore({ workflow: publishing, client: published, runId }, store)
    expect(found.answer).toEqual({ value: [4, { done: 3 }] })
  })
})
