// The transition against a naive interpreter, on random definitions, and against its own store: whatever is
// rebuilt from the stored rows goes on as if nothing had happened. fast-check prints the seed of a failure.
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Definition } from "../../src/ir/Definition.ts"
import { endingId, isNote, isUndo, type Note } from "../../src/run/Note.ts"
import { nodeAt, type Plan } from "../../src/run/Plan.ts"
import * as Snapshot from "../../src/run/Snapshot.ts"
import type { Strand } from "../../src/run/Strand.ts"
import { decide } from "../../src/run/Transition.ts"
import { definition } from "../ir/arbitrary.ts"
import { account } from "./account.ts"
import type { Call, World } from "./calls.ts"
import { type Moment, type Options, simulate, type StoredRun } from "./simulation.ts"
import { values } from "./texts.ts"
import { chances, toWorld } from "./world.ts"

const runsScale = Number(process.env["ONWARD_RUNS_SCALE"] ?? 1)
const runs = (count: number) => ({ numRuns: count * runsScale })

const toText = ({ atMs, attempt, indices, node, seen, value }: Call) =>
  JSON.stringify([node, indices, attempt, value, atMs, seen])
const toTexts = (calls: ReadonlyArray<Call>) => calls.map(toText).toSorted()

const agree = (definition: Definition, world: World, options: Partial<Options> = {}) => {
  const expected = account(definition, "1", world, options.cancelAtMs)
  fc.pre(!expected.isTied)
  const found = simulate(definition, { input: "1", world, ahead: 2, ...options })
  const { calls, outcome } = found
  const possible = new Set(expected.calls.map(toText))
  const made = new Set(calls.map(toText))
  expect(toTexts(calls).filter((call) => !possible.has(call))).toEqual([])
  expect(toTexts(expected.calls.filter((call) => call.isSure && !made.has(toText(call))))).toEqual(
    []
  )
  expect(calls.length).toBe(made.size)
  const { end, endedAtMs, published, undone } = expected
  expect(found).toMatchObject({ published, undone, ...(endedAtMs !== null && { endedAtMs }) })
  if (end === null) expect(outcome).toBeNull()
  else if (end._tag === "Cancelled")
    expect(outcome).toEqual({ _tag: "Cancelled", reason: "why", by: "who" })
  else if (end._tag === "Value") expect(outcome).toEqual({ _tag: "Completed", value: end.value })
  else expect(outcome).toEqual({ _tag: "Failed", error: end.error, node: end.node })
  return found
}

/** The notes that a store would give back. */
const notesOf = ({ rows }: StoredRun): ReadonlyArray<readonly [string, Note<string>]> =>
  inOrder(rows).flatMap(([id, { indices, node, value }]) =>
    !isNote(id) || (isUndo(id) && node === null)
      ? []
      : [[id, { id, node, indices, value: value! }] as const]
  )

/** The snapshot that a store would give back, once it has been shown to be the one that was held. */
const reopened = ({ atMs, inFlight, plan, snapshot, stored }: Moment) => {
  // What is due already goes on with the reopening: nothing to compare.
  if ((Snapshot.nextWakeMs(snapshot) ?? Infinity) <= atMs) return snapshot
  const restored = stored.restore(plan)
  const event = { _tag: "Opened", atMs, signals: stored.signals } as const
  const step = decide(plan, values, restored, event)
  const nothing = { stored: [], joined: [], consumed: [], events: [], notes: [] }
  expect(step).toMatchObject({ ...nothing, outcome: null })
  expect(step.calls.toSorted()).toEqual(inFlight.toSorted())
  Snapshot.apply(restored, step)
  expect(toComparable(plan, restored)).toEqual(toComparable(plan, snapshot))
  return restored
}

/** Order in the tables of a snapshot says nothing. */
const toComparable = (plan: Plan, snapshot: Snapshot.Snapshot<string>) => {
  const { groups, inbox, notes, strands, timed, undoCount } = snapshot
  return {
    strands: inOrder(strands).map(([id, strand]) => [id, lasting(plan, strand)]),
    groups: inOrder(groups),
    notes: inOrder(notes),
    undoCount,
    timed: [...timed].toSorted(),
    inbox
  }
}

const inOrder = <A>(table: ReadonlyMap<string, A>) =>
  [...table].toSorted(([a], [b]) => (a < b ? -1 : 1))

/** When a strand came to a node counts only where a time is measured from then on. */
const lasting = (plan: Plan, strand: Strand<string>): unknown => {
  const node = strand.node === null ? undefined : nodeAt(plan, strand.node).node
  const isMeasured =
    !isUndo(strand.id) &&
    (node?._tag === "AwaitSignal" || (node?._tag === "Task" && node.policy?.deadlineMs))
  return { ...strand, sinceMs: isMeasured ? strand.sinceMs : null }
}

/** A time at which something may be going on. */
const at = () => fc.noBias(fc.integer({ min: 1, max: 60_000 }))
const cancel = () => fc.oneof({ weight: 3, arbitrary: fc.constant(Infinity) }, at())

describe("a run", () => {
  it.each([true, false])(
    "makes the calls and comes to the end of a naive interpreter, branches side by side: %s",
    (overlap) => {
      const met = { seen: 0, restarts: 0, undone: 0, published: 0 }
      fc.assert(
        fc.property(definition(), chances(fc.constant(overlap)), (definition, chances) => {
          const { calls, published, restarts, undone } = agree(definition, toWorld(chances))
          met.seen += calls.filter(({ seen }) => seen.length > 0).length
          met.restarts += restarts
          met.undone += undone.length
          met.published += published === null ? 0 : 1
        }),
        runs(600)
      )
      // Else the definitions would say nothing about these.
      expect(Math.min(...Object.values(met)), JSON.stringify(met)).toBeGreaterThan(25)
    }
  )

  it("goes on from what was stored, after every step, as if it had been held", () => {
    let steps = 0
    fc.assert(
      fc.property(
        definition(),
        chances(fc.boolean()),
        cancel(),
        (definition, chances, cancelAtMs) => {
          const options = { input: "1", ahead: 2, world: toWorld(chances), cancelAtMs }
          fc.pre(!account(definition, "1", options.world, cancelAtMs).isTied)
          const undisturbed = simulate(definition, options)
          const disturbed = simulate(definition, { ...options, between: reopened })
          const { calls, steps: _, ...rest } = undisturbed
          expect(disturbed).toMatchObject(rest)
          expect(toTexts(disturbed.calls)).toEqual(toTexts(calls))
          steps += undisturbed.steps
        }
      ),
      runs(800)
    )
    // Else the definitions would be too small to say anything.
    expect(steps).toBeGreaterThan(1_500)
  })

  it("undoes what has completed when it is cancelled, at whatever time", () => {
    let undone = 0
    fc.assert(
      fc.property(definition(), chances(fc.boolean()), at(), (definition, chances, cancelAtMs) => {
        const world = toWorld(chances)
        agree(definition, world, { cancelAtMs })
        undone += account(definition, "1", world, cancelAtMs).undone.length
      }),
      runs(400)
    )
    expect(undone).toBeGreaterThan(40)
  })

  it("takes a signal that comes while it is waited for as one that came before", () => {
    fc.assert(
      fc.property(definition(), chances(fc.boolean()), (definition, chances) => {
        const world = toWorld({ ...chances, sent: 100 })
        agree(definition, world, { ahead: 0, between: reopened })
      }),
      runs(300)
    )
  })

  it("does not heed what a call gives when its strand has moved on", () => {
    fc.assert(
      fc.property(definition(), chances(fc.boolean()), (definition, chances) => {
        const options = { input: "1", ahead: 2, world: toWorld(chances) }
        const heard = simulate(definition, { ...options, isLate: true })
        const unheard = simulate(definition, options)
        expect({ ...heard, steps: null }).toEqual({ ...unheard, steps: null })
      }),
      runs(300)
    )
  })

  it("leaves no row of a strand that is gone", () => {
    fc.assert(
      fc.property(definition(), chances(fc.boolean()), (definition, chances) => {
        simulate(definition, {
          input: "1",
          ahead: 2,
          world: toWorld(chances),
          between: ({ snapshot, stored }) => {
            expect(notesOf(stored)).toEqual(inOrder(snapshot.notes))
            // The rows of strands go with the run, when it only undoes.
            if (snapshot.notes.has(endingId)) return snapshot
            const rows = [...stored.rows.keys()]
            expect(rows.filter((id) => !isNote(id) && !snapshot.strands.has(id))).toEqual([])
            const ownerless = [...snapshot.notes.keys()].filter(
              (id) => !id.startsWith("~") && !snapshot.strands.has(id.slice(0, id.indexOf("~")))
            )
            expect(ownerless).toEqual([])
            const orphans = [...snapshot.strands.values()].filter(
              ({ parent }) => parent !== null && !snapshot.groups.has(parent)
            )
            expect(orphans).toEqual([])
            return snapshot
          }
        })
      }),
      runs(300)
    )
  })
})
