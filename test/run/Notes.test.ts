// What a run remembers beside its strands, by example: what is left of it, and that a store gives it back.
import { describe, expect, it } from "vitest"
import type { Node, NodeId } from "../../src/ir/Node.ts"
import { isUndo } from "../../src/run/Note.ts"
import { define, task } from "./script.ts"
import { prepare } from "../../src/run/Plan.ts"
import * as Snapshot from "../../src/run/Snapshot.ts"
import { decide, type Event } from "../../src/run/Transition.ts"
import { StoredRun } from "./simulation.ts"
import { values } from "./texts.ts"

/** A run, event by event, with its store. */
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
  const succeed = (id: string, atMs = 0) =>
    tell({ _tag: "Succeeded", atMs, strand: snapshot.strands.get(id)!, value: '"done"' })
  const fail = (id: string, error: string) => {
    const strand = snapshot.strands.get(id)!
    const how = { error, summary: error, retryable: false, random: 0 }
    return tell({ _tag: "Failed", atMs: 0, strand, ...how })
  }
  tell({ _tag: "Started", atMs: 0, signals: [] })
  return { plan, snapshot, restored: () => stored.restore(plan), tell, succeed, fail }
}

const undoable = (next: NodeId | null = null): Node => ({
  _tag: "Task",
  task: "t",
  undo: "u",
  next
})
const again: Node = { _tag: "ContinueAs", next: null }

describe("what there is to undo", () => {
  it("is nothing after a start over, the task just before included", () => {
    const run = drive({ a: undoable("b"), b: undoable("c"), c: again })
    run.succeed("")
    expect(run.snapshot.undoCount).toBe(1)
    run.succeed("")
    expect(run.snapshot).toMatchObject({ undoCount: 0, notes: new Map() })
    expect(run.restored()).toMatchObject({ undoCount: 0, notes: new Map() })
    expect(run.restored().strands).toEqual(run.snapshot.strands)
  })

  it("stays when only a child starts over", () => {
    const run = drive({
      i: { _tag: "Inline", workflow: "child", version: "1", body: "i/body/a", next: null },
      "i/body/a": undoable("i/body/c"),
      "i/body/c": again
    })
    run.succeed("")
    run.succeed("")
    expect(run.snapshot.undoCount).toBe(2)
    expect(run.restored().undoCount).toBe(2)
    const step = run.tell({ _tag: "Cancelled", atMs: 0, reason: "", by: "" })
    expect(step.calls.every(isUndo)).toBe(true)
  })

  it("is undone under the first cancel: another one changes nothing, nor does a late answer", () => {
    const run = drive({ a: undoable("b"), b: task() })
    run.succeed("")
    const late = run.snapshot.strands.get("")!
    run.tell({ _tag: "Cancelled", atMs: 5, reason: "first", by: "me" })
    for (const event of [
      { _tag: "Cancelled", atMs: 6, reason: "second", by: "you" },
      { _tag: "Succeeded", atMs: 6, strand: late, value: "1" },
      { _tag: "Woke", atMs: 6 }
    ] as const) {
      expect(run.tell(event)).toMatchObject({ changed: [], calls: [], events: [], notes: [] })
    }
    const id = [...run.snapshot.strands.keys()][0]!
    const { outcome } = run.succeed(id, 7)
    expect(outcome).toEqual({ _tag: "Cancelled", reason: "first", by: "me" })
  })
})

describe("a note", () => {
  it("is not taken for a strand, nor a strand for a note, whatever tag leads to it", () => {
    for (const tag of ["~", "~a", "a~", "~undo"]) {
      const path = `c/${tag}/f`
      const run = drive({
        c: { _tag: "Catch", body: "t", handlers: { [tag]: path }, next: null },
        t: task(),
        [path]: {
          _tag: "Fork",
          join: "all",
          branches: { x: `${path}/x/k+keep.k`, y: `${path}/y/t` },
          next: null
        },
        [`${path}/x/k+keep.k`]: { _tag: "Keep", next: `${path}/x/t` },
        [`${path}/x/t`]: task(),
        [`${path}/y/t`]: task()
      })
      run.fail("", `"x ${tag}"`)
      run.succeed(`${path}/y`)
      expect(run.snapshot.notes.size).toBe(1)
      expect(new Map(run.restored().strands)).toEqual(run.snapshot.strands)
      expect(run.restored().notes).toEqual(run.snapshot.notes)
    }
  })
})

describe("timers that are due at the same time", () => {
  const delay = (ms: number): Node => ({ _tag: "Delay", policy: { ms }, next: null })

  it("go on in the same order when the run was taken up again", () => {
    const run = drive({
      f: { _tag: "Fork", join: "all", branches: { a: "f/a/t", b: "f/b/d" }, next: null },
      "f/a/t": task("f/a/g"),
      "f/a/g": { _tag: "Fork", join: "all", branches: { x: "f/a/g/x/d" }, next: null },
      "f/a/g/x/d": delay(90),
      "f/b/d": delay(100)
    })
    run.succeed("f/a", 10)
    const event = { _tag: "Woke", atMs: 100 } as const
    const inOrder = (snapshot: typeof run.snapshot) =>
      decide(run.plan, values, snapshot, event).events.flatMap((told) =>
        told._tag === "DelayEnded" ? [told.node] : []
      )
    const restored = run.restored()
    expect([...restored.timed]).not.toEqual([...run.snapshot.timed])
    expect(inOrder(run.snapshot)).toEqual(["f/a/g/x/d", "f/b/d"])
    expect(inOrder(restored)).toEqual(["f/a/g/x/d", "f/b/d"])
  })
})
