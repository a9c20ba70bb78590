// Signals to strands inside of other things, and what comes for a strand that has moved on.
import { describe, expect, it } from "vitest"
import type { Node, NodeId } from "../../src/ir/Node.ts"
import { prepare } from "../../src/run/Plan.ts"
import * as Snapshot from "../../src/run/Snapshot.ts"
import { decide, type Event } from "../../src/run/Transition.ts"
import { completed, define, run, task } from "./script.ts"
import { StoredRun } from "./simulation.ts"
import { outputOf, values } from "./texts.ts"

const wait = (next: NodeId | null = null): Node => ({ _tag: "AwaitSignal", signal: "word", next })
const words = (...texts: ReadonlyArray<string>) =>
  texts.map((text, seq) => ({ seq, name: "word", payload: `"${text}"` }))

describe("signals", () => {
  it("are taken oldest first, by one branch each", () => {
    const { outcome } = run(
      {
        f: { _tag: "Fork", join: "all", branches: { b: "f/b/w", a: "f/a/w" }, next: null },
        "f/b/w": wait(),
        "f/a/w": wait()
      },
      { signals: words("first", "second", "third") }
    )
    expect(outcome).toEqual(completed(`{"b":"first","a":"second"}`))
  })

  it("are taken one in each round of a loop", () => {
    const { outcome } = run(
      {
        l: {
          _tag: "Loop",
          body: "l/body/w",
          while: "w",
          policy: { max: 3, onMax: "continue" },
          next: null
        },
        "l/body/w": wait()
      },
      { signals: words("one", "two", "three", "four"), says: () => true }
    )
    expect(outcome).toEqual(completed(`"three"`))
  })

  it("are taken one by each element of a list, in the order that they are opened", () => {
    const { outcome } = run(
      {
        e: { _tag: "ForEach", body: "e/body/w", policy: { concurrency: 2 }, next: null },
        "e/body/w": wait()
      },
      { input: "[1,2,3]", signals: words("one", "two", "three") }
    )
    expect(outcome).toEqual(completed(`["one","two","three"]`))
  })

  it("are taken in the arm that was chosen", () => {
    const { outcome } = run(
      {
        r: { _tag: "Route", on: { select: "s" }, arms: { a: "r/a/w", b: "r/b/w" }, next: null },
        "r/a/w": wait("r/a/t"),
        "r/a/t": task(),
        "r/b/w": wait()
      },
      { signals: words("one"), says: () => "a" }
    )
    expect(outcome).toEqual(completed(outputOf("r/a/t", `"one"`)))
  })
})

/** A run, event by event. */
const drive = (nodes: Record<NodeId, Node>) => {
  const plan = prepare(define(nodes))
  const snapshot = Snapshot.start(plan, "1", 0)
  const stored = new StoredRun("1", [])
  const tell = (event: Event<string>) => {
    const step = decide(plan, values, snapshot, event)
    Snapshot.apply(snapshot, step)
    stored.store(step)
    return step
  }
  tell({ _tag: "Started", atMs: 0, signals: [] })
  const strand = (id: string) => snapshot.strands.get(id)!
  return { plan, snapshot, stored, strand, tell }
}

describe("a signal that two wait for", () => {
  const nodes: Record<NodeId, Node> = {
    f: { _tag: "Fork", join: "all", branches: { a: "f/a/t", b: "f/b/w" }, next: null },
    "f/a/t": task("f/a/g"),
    "f/a/g": { _tag: "Fork", join: "all", branches: { x: "f/a/g/x/w" }, next: null },
    "f/a/g/x/w": wait(),
    "f/b/w": wait()
  }

  it("goes to the one that has waited longest, also when the run was taken up again", () => {
    const { plan, snapshot, stored, strand, tell } = drive(nodes)
    tell({ _tag: "Succeeded", atMs: 10, strand: strand("f/a"), value: "1" })
    const signals = words("one")
    const event = { _tag: "Signalled", atMs: 20, signals } as const
    const held = decide(plan, values, snapshot, event)
    const restored = stored.restore(plan)
    expect(held.changed.map(({ id }) => id)).toEqual(["f/b"])
    expect(decide(plan, values, restored, event).changed).toEqual(held.changed)
    expect(decide(plan, values, restored, { ...event, _tag: "Opened" }).changed).toEqual(
      held.changed
    )
  })
})

describe("what comes for a strand that has moved on", () => {
  it("is not heeded: the loser of a race, opened again in the next round of a loop", () => {
    const { strand, tell } = drive({
      l: {
        _tag: "Loop",
        body: "l/body/f",
        while: "w",
        policy: { max: 3, onMax: "fail" },
        next: null
      },
      "l/body/f": {
        _tag: "Fork",
        join: "race",
        branches: { a: "l/body/f/a/t", b: "l/body/f/b/t" },
        next: null
      },
      "l/body/f/a/t": task(),
      "l/body/f/b/t": task()
    })
    const loser = strand("l/body/f/b")
    tell({ _tag: "Succeeded", atMs: 0, strand: strand("l/body/f/a"), value: "1" })
    tell({ _tag: "Decided", atMs: 0, strand: strand(""), decision: true })
    expect(strand("l/body/f/b")).toMatchObject({ node: loser.node, indices: [1] })
    const late = tell({ _tag: "Succeeded", atMs: 0, strand: loser, value: "2" })
    expect(late).toMatchObject({ changed: [], dropped: [], calls: [], events: [], outcome: null })
  })

  it("is not heeded: a decision that has been made already", () => {
    const { strand, tell } = drive({
      r: { _tag: "Route", on: { select: "s" }, arms: { a: "r/a/t" }, next: null },
      "r/a/t": task()
    })
    const asked = strand("")
    tell({ _tag: "Decided", atMs: 0, strand: asked, decision: "a" })
    expect(tell({ _tag: "Decided", atMs: 0, strand: asked, decision: "b" }).changed).toEqual([])
  })
})
