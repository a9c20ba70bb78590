// The transition against a naive interpreter, on random definitions, and against its own store: whatever is
// rebuilt from the stored rows goes on as if nothing had happened. fast-check prints the seed of a failure.
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Definition } from "../../src/ir/Definition.ts"
import * as Snapshot from "../../src/run/Snapshot.ts"
import { decide } from "../../src/run/Transition.ts"
import { definition } from "../ir/arbitrary.ts"
import { account, type Call, digest, type World } from "./reference.ts"
import { type Moment, signalsFor, simulate, values } from "./simulation.ts"

interface Chances {
  readonly salt: number
  /** Of 100: how many attempts fail, how many of these for good, how many signals are sent. */
  readonly failing: number
  readonly final: number
  readonly sent: number
  readonly overlap: boolean
}

const chances = (overlap: fc.Arbitrary<boolean>): fc.Arbitrary<Chances> =>
  fc.record({
    salt: fc.nat(),
    failing: fc.constantFrom(0, 0, 20, 50),
    final: fc.constantFrom(0, 10),
    sent: fc.constantFrom(0, 50, 100, 100),
    overlap
  })

const toWorld = ({ failing, final, overlap, salt, sent }: Chances): World => {
  const roll = (text: string, sides: number) =>
    Number.parseInt(digest(`${salt} ${text}`), 36) % sides
  return {
    overlap,
    isSent: (signal) => roll(signal, 100) < sent,
    attempt: (node, attempt) => ({
      ms: roll(`ms ${node} ${attempt}`, 1_000),
      fails: roll(`fails ${node} ${attempt}`, 100) < failing,
      retryable: roll(`final ${node} ${attempt}`, 100) >= final,
      random: roll(`random ${node} ${attempt}`, 1_000) / 1_000
    })
  }
}

const toTexts = (calls: ReadonlyArray<Call>) => calls.map((call) => JSON.stringify(call)).toSorted()

const agree = (definition: Definition, world: World): void => {
  const expected = account(definition, "1", world)
  const signals = signalsFor(definition, world)
  const { calls, outcome } = simulate(definition, { input: "1", signals, world })
  const endMs = Math.min(Infinity, ...expected.failures.map(({ atMs }) => atMs))
  const certain = (call: Call) => call.atMs < endMs
  expect(toTexts(calls.filter(certain))).toEqual(toTexts(expected.calls.filter(certain)))
  expect(toTexts(expected.calls)).toEqual(expect.arrayContaining(toTexts(calls)))
  if (expected.output !== null) {
    expect(outcome).toEqual({ _tag: "Completed", value: expected.output })
  } else if (endMs === Infinity) expect(outcome).toBeNull()
  else {
    const first = expected.failures.filter(({ atMs }) => atMs === endMs)
    const possible = first.map(({ error, node }) => ({ _tag: "Failed", error, node }))
    expect(possible).toContainEqual(outcome)
  }
}

/** The snapshot that a store would give back, once it has been shown to be the one that was held. */
const reopened = ({ atMs, inFlight, plan, snapshot, stored }: Moment) => {
  // What is due already goes on with the reopening: nothing to compare.
  if ((Snapshot.nextWakeMs(snapshot) ?? Infinity) <= atMs) return snapshot
  const restored = stored.restore(plan)
  const event = { _tag: "Opened", atMs, signals: stored.signals } as const
  const step = decide(plan, values, restored, event)
  expect(step).toMatchObject({ stored: [], joined: [], consumed: [], events: [], outcome: null })
  expect(step.calls.toSorted()).toEqual(inFlight.toSorted())
  Snapshot.apply(restored, step)
  expect(toComparable(restored)).toEqual(toComparable(snapshot))
  return restored
}

/** Order in the tables of a snapshot says nothing. */
const toComparable = ({ inbox, groups, strands, timed }: Snapshot.Snapshot<string>) => ({
  strands: new Map([...strands].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  groups: new Map([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  timed: [...timed].toSorted(),
  inbox
})

describe("a run", () => {
  it("makes the calls and comes to the value of a naive interpreter, branches side by side", () => {
    fc.assert(
      fc.property(definition(), chances(fc.constant(true)), (definition, chances) =>
        agree(definition, toWorld(chances))
      ),
      { numRuns: 400 }
    )
  })

  it("makes the calls and comes to the value of a naive interpreter, branches one after another", () => {
    fc.assert(
      fc.property(definition(), chances(fc.constant(false)), (definition, chances) =>
        agree(definition, toWorld(chances))
      ),
      { numRuns: 400 }
    )
  })

  it("goes on from what was stored, after every step, as if it had been held", () => {
    let steps = 0
    fc.assert(
      fc.property(definition(), chances(fc.constant(true)), (definition, chances) => {
        const world = toWorld(chances)
        const options = { input: "1", signals: signalsFor(definition, world), world }
        const undisturbed = simulate(definition, options)
        const disturbed = simulate(definition, { ...options, between: reopened })
        expect(disturbed).toEqual(undisturbed)
        steps += undisturbed.steps
      }),
      { numRuns: 800 }
    )
    // Else the definitions would be too small to say anything.
    expect(steps).toBeGreaterThan(1_500)
  })

  it("takes a signal that comes while it is waited for as one that came before", () => {
    fc.assert(
      fc.property(definition(), chances(fc.constant(true)), (definition, chances) => {
        const world = toWorld({ ...chances, failing: 0, sent: 100 })
        const signals = signalsFor(definition, world)
        const before = simulate(definition, { input: "1", signals, world })
        const options = { input: "1", signals: [], late: signals, world, between: reopened }
        const meanwhile = simulate(definition, options)
        expect(meanwhile.outcome).toEqual(before.outcome)
        expect(toTexts(meanwhile.calls)).toEqual(toTexts(before.calls))
      }),
      { numRuns: 300 }
    )
  })

  it("buffers a signal that nobody waits for, oldest first", () => {
    const { outcome } = simulate(twoWaits, {
      input: "1",
      world: toWorld({ salt: 1, failing: 0, final: 0, sent: 100, overlap: true }),
      signals: ["first", "second", "third"].map((text, seq) => ({
        seq,
        name: "word",
        payload: JSON.stringify(text)
      })),
      between: reopened
    })
    expect(outcome).toEqual({ _tag: "Completed", value: `{"a":"first","b":"second"}` })
  })
})

const twoWaits: Definition = {
  format: 1,
  workflow: "twoWaits",
  version: "1",
  entry: "fork",
  nodes: {
    fork: {
      _tag: "Fork",
      join: "all",
      branches: { a: "fork/a/word", b: "fork/b/word" },
      next: null
    },
    "fork/a/word": { _tag: "AwaitSignal", signal: "word", next: null },
    "fork/b/word": { _tag: "AwaitSignal", signal: "word", next: null }
  }
}
