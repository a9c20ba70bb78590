// Each kind of node inside each other kind, killed before and after every single write: the run comes to the same
// end, what was recorded does not run again, and what was not runs once more, under the key it had.
import { afterAll, describe, expect, it } from "vitest"
import type { Engine } from "../../src/engine/Engine.ts"
import { memory, sqlite, type StoreSource } from "../../src/store/StoreSource.ts"
import type { HistoryEvent } from "../../src/run/History.ts"
import * as Folder from "../store/Folder.ts"
import { execute, type Scenario } from "./crash.ts"
import { calls, kinds, pair } from "./kinds.ts"

const folder = Folder.make()
afterAll(() => Folder.remove(folder))
let file = 0
const onSqlite = () => sqlite(`${folder}/${file++}.db`)

const runId = "pair-1"

const toScenario = (outer: string, inner: string): Scenario => {
  const { signals, workflow } = pair(outer, inner)
  const client = async (engine: Engine) => {
    const handle = await engine.start(workflow, 1, { id: runId, onConflict: "useExisting" })
    for (let key = 1; key <= signals; key += 1) {
      // After a crash at the very end the run is finished already, and refuses them.
      await engine.signal(runId, "go", 7, { key: String(key) }).catch(() => undefined)
    }
    return handle.result()
  }
  return { workflow, client, runId }
}

/** How often each node is recorded as called: with success, or without. */
const recorded = (history: ReadonlyArray<HistoryEvent>): ReadonlyMap<string, number> =>
  tally(
    history.flatMap((event) =>
      event._tag === "TaskCompleted" || event._tag === "AttemptFailed" ? [event.node] : []
    )
  )

const tally = (names: ReadonlyArray<string>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

const take = () => calls.splice(0)
const sorted = (names: Iterable<string>) => [...new Set(names)].toSorted()

const explore = async (scenario: Scenario, store: () => StoreSource): Promise<number> => {
  take()
  const undisturbed = await execute(scenario, store(), { kill: null })
  const expected = take()
  expect(undisturbed.answer).toEqual({ value: expect.any(Number) })
  expect(sorted(expected.map(({ key }) => key))).toHaveLength(expected.length)
  const total = tally(expected.map(({ node }) => node))
  for (const [node, times] of total) expect(recorded(undisturbed.history).get(node)).toBe(times)
  for (let write = 1; write <= undisturbed.writes; write += 1) {
    for (const moment of ["before", "after"] as const) {
      const where = `killed ${moment} write ${write}`
      let first: typeof calls = []
      const kill = { write, moment }
      const found = await execute(scenario, store(), { kill, killing: () => (first = take()) })
      const second = take()
      expect(found.answer, where).toEqual(undisturbed.answer)
      const keys = [...first, ...second].map(({ key }) => key)
      expect(sorted(keys), where).toEqual(sorted(expected.map(({ key }) => key)))
      const before = recorded(found.before)
      const after = tally(second.map(({ node }) => node))
      for (const [node, times] of total) {
        expect(after.get(node) ?? 0, `${where}: ${node}`).toBe(times - (before.get(node) ?? 0))
      }
    }
  }
  return undisturbed.writes
}

const names = Object.keys(kinds)

describe.each(names)("inside %s, on memory, killed at every write", (outer) => {
  it.each(names)("%s", async (inner) => {
    expect(await explore(toScenario(outer, inner), memory)).toBeGreaterThan(1)
  })
})

// A walk through the table that meets each kind twice: once outside, once inside.
const sample = names.map((outer, at) => [outer, names[(at * 2 + 5) % names.length]!] as const)

describe("on sqlite, killed at every write", () => {
  it.each(sample)("inside %s, %s", async (outer, inner) => {
    expect(await explore(toScenario(outer, inner), onSqlite)).toBeGreaterThan(1)
  })
})
