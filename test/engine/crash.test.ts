// The crash test: for each scenario and store, one execution a kill before and after every single write, plus
// the undisturbed one: 2k+1. The answer is the same, and nothing that was recorded runs again.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import type { Workflow } from "../../src/builder/Workflow.ts"
import type { Engine } from "../../src/engine/Engine.ts"
import { task, type, workflow } from "../../src/index.ts"
import { memory, sqlite, type StoreSource } from "../../src/store/StoreSource.ts"
import { completed, execute, type Kill, type Scenario } from "./crash.ts"

/** Calls by node, of the engine that is alive now. */
const calls = new Map<string, number>()
const counted = (node: string) => calls.set(node, (calls.get(node) ?? 0) + 1)

const add = task("add", (n: number, { node }) => {
  counted(node)
  return n + 1
})
const later = task("later", async (n: number, { node }) => {
  counted(node)
  await new Promise((resolve) => setTimeout(resolve, 2))
  return n * 10
})
const flaky = task(
  "flaky",
  { retry: { maxRetries: 3, initialDelay: "2ms", factor: 2 } },
  (n: number, { attempt, node }) => {
    counted(node)
    if (attempt < 3) throw new Error(`attempt ${attempt}`)
    return n + attempt
  }
)
const broken = task("broken", async (_: number): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, 1))
  throw new Error("broken for good")
})
const input = type<number>()
const say = type<{ readonly text: string }>()

type Numeric = Workflow<string, number, unknown, unknown, never, unknown>
const scenarios: Record<string, Numeric> = {
  linear: workflow("linear", { input }, (b) =>
    b
      .then(add)
      .then(later)
      .then(add.as("again"))
      .step("last", (n) => ({ n, at: new Date(n) }))
  ),
  forks: workflow("forks", { input }, (b) =>
    b
      .then(add)
      .fork({
        now: add.as("now"),
        soon: (x) => x.then(later).then(add.as("after")),
        deep: (x) => x.fork({ one: add.as("one"), two: (y) => y.then(later.as("two")) }).join()
      })
      .join("sum", ({ deep, now, soon }) => now + soon + deep.one + deep.two)
      .fork({ left: add.as("left"), right: add.as("right") })
      .join()
  ),
  delays: workflow("delays", { input }, (b) =>
    b
      .delay(3)
      .fork({
        short: (x) => x.delay(2).then(add.as("short")),
        long: (x) => x.then(add.as("before")).delay(8).then(add.as("long")),
        none: later
      })
      .join()
      .delay(3)
  ),
  signals: workflow("signals", { input }, (b) =>
    b
      .awaitSignal("first", say)
      .fork({
        inside: (x) => x.awaitSignal("second", say).step("heard", ({ text }) => text.length),
        beside: (x) => x.step("size", ({ text }) => text.length).then(add)
      })
      .join()
      .awaitSignal("first", say, { as: "again" })
      .step("echo", ({ text }) => text)
      .awaitSignal("third", say, {
        timeout: "5ms",
        onTimeout: (x) => x.step("late", (text) => ({ text }))
      })
  ),
  retries: workflow("retries", { input }, (b) => b.then(add).fork({ flaky, steady: later }).join()),
  failure: workflow("failure", { input }, (b) =>
    b
      .then(add)
      .fork({ broken, parked: (x) => x.delay("1h"), done: add.as("done") })
      .join()
  )
}

const runId = "crash-1"
const client = (name: string) => async (engine: Engine) => {
  const handle = await engine.start(scenarios[name]!, 1, { id: runId, onConflict: "useExisting" })
  if (name === "signals") {
    for (const [signal, text] of [
      ["second", "two"],
      ["first", "one"],
      ["first", "three"]
    ] as const) {
      // After a crash at the very end the run is finished already, and refuses them.
      await engine.signal(runId, signal, { text }, { key: text }).catch(() => undefined)
    }
  }
  return handle.result()
}
const cancelling = async (engine: Engine) => {
  const handle = await engine.start(scenarios["delays"]!, 1, {
    id: runId,
    onConflict: "useExisting"
  })
  await handle.cancel({ reason: "changed my mind", by: "the test" })
  return handle.result()
}
const pausing = async (engine: Engine) => {
  const handle = await engine.start(scenarios["forks"]!, 1, {
    id: runId,
    onConflict: "useExisting"
  })
  await handle.pause().catch(() => undefined)
  await handle.resume().catch(() => undefined)
  return handle.result()
}

const folder = mkdtempSync(join(tmpdir(), "onward-crash-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let file = 0
const stores: Record<string, () => StoreSource> = {
  memory,
  sqlite: () => sqlite(join(folder, `${file++}.db`))
}

const explore = async (scenario: Scenario, store: () => StoreSource) => {
  calls.clear()
  const undisturbed = await execute(scenario, store(), { kill: null })
  expect(completed(undisturbed.history).length).toBeGreaterThan(0)
  for (let write = 1; write <= undisturbed.writes; write++) {
    for (const moment of ["before", "after"] as const) {
      await exploreOne(scenario, store(), { kill: { write, moment }, expected: undisturbed.answer })
    }
  }
  return undisturbed.writes
}

const exploreOne = async (
  scenario: Scenario,
  store: StoreSource,
  { expected, kill }: { readonly kill: Kill; readonly expected: unknown }
) => {
  const where = `killed ${kill.moment} write ${kill.write}`
  calls.clear()
  const found = await execute(scenario, store, { kill, killing: () => calls.clear() })
  expect(found.answer, where).toEqual(expected)
  const recorded = completed(found.history)
  expect(new Set(recorded).size, `${where}: recorded once each`).toBe(recorded.length)
  for (const node of completed(found.before)) {
    expect(calls.get(node), `${where}: ${node} was recorded before`).toBeUndefined()
  }
}

describe.each(Object.keys(stores))("a run on %s, killed at every write", (store) => {
  it.each(Object.keys(scenarios))("comes to the same end: %s", async (name) => {
    const scenario = { workflow: scenarios[name]!, client: client(name), runId }
    expect(await explore(scenario, stores[store]!)).toBeGreaterThan(2)
  })

  it("resumes a pause and a withdrawal at every write", async () => {
    await explore({ workflow: scenarios["forks"]!, client: pausing, runId }, stores[store]!)
  })

  it("stays cancelled once a cancel is stored", async () => {
    const scenario = { workflow: scenarios["delays"]!, client: cancelling, runId }
    const undisturbed = await execute(scenario, stores[store]!(), { kill: null })
    for (let write = 1; write <= undisturbed.writes; write++) {
      for (const moment of ["before", "after"] as const) {
        const found = await execute(scenario, stores[store]!(), { kill: { write, moment } })
        expect(found.answer, `killed ${moment} write ${write}`).toEqual(undisturbed.answer)
      }
    }
  })
})
