// Errors on their way outwards: who takes them, and what they stop.
import { describe, expect, it } from "vitest"
import type { Node, NodeId } from "../../src/ir/Node.ts"
import { completed, failed, run, task } from "./script.ts"
import { errorOf, outputOf, values } from "./texts.ts"

const catching = (
  body: NodeId,
  handlers: Readonly<Record<string, NodeId | null>>,
  next: NodeId | null = null
): Node => ({ _tag: "Catch", body, handlers, next })

/** In these worlds the tag of a first failure is `1`. */
const first = (node: NodeId) => errorOf(node, 1)

describe("a catch", () => {
  const nodes: Record<NodeId, Node> = {
    c: catching("t", { 1: "c/1/h" }, "z"),
    t: task("u"),
    u: task(),
    "c/1/h": task(),
    z: task()
  }

  it("is passed through when nothing fails", () => {
    expect(run(nodes).calls).toEqual(["t[] at 0", "u[] at 10", "z[] at 20"])
  })

  it("runs the handler of the tag on the error, then what follows", () => {
    const { calls, outcome } = run(nodes, { fails: ["t"] })
    expect(calls).toEqual(["t[] at 0", "c/1/h[] at 10", "z[] at 20"])
    expect(outcome).toEqual(completed(outputOf("z", outputOf("c/1/h", first("t")))))
  })

  it("lets an error pass that it does not name", () => {
    const { outcome } = run({ ...nodes, c: catching("t", { 2: "c/1/h" }, "z") }, { fails: ["t"] })
    expect(outcome).toEqual(failed(first("t"), "t"))
  })

  it("prefers the tag to *, and a handler of nothing makes the error the value", () => {
    const both = { ...nodes, c: catching("t", { "*": "c/1/h", 1: null }, "z") }
    expect(run(both, { fails: ["t"] }).outcome).toEqual(completed(outputOf("z", first("t"))))
  })

  it("does not handle what fails in its own handler or after it; the catch around it does", () => {
    const nested: Record<NodeId, Node> = {
      ...nodes,
      c: catching("t", { "*": "c/1/h" }),
      outer: catching("c", { "*": "outer/*/h" }),
      "outer/*/h": task()
    }
    const { outer, ...inner } = nested
    const { calls, outcome } = run({ outer: outer!, ...inner }, { fails: ["t", "c/1/h"] })
    expect(calls).toEqual(["t[] at 0", "c/1/h[] at 10", "outer/*/h[] at 20"])
    expect(outcome).toEqual(completed(outputOf("outer/*/h", first("c/1/h"))))
    expect(run(nodes, { fails: ["t", "c/1/h"] }).outcome).toEqual(failed(first("c/1/h"), "c/1/h"))
    expect(run(nodes, { fails: ["z"] }).outcome).toEqual(failed(first("z"), "z"))
  })

  it("handles what a node itself raises, not only what a task throws", () => {
    const { outcome } = run({
      c: catching("s", { out: null }),
      s: { _tag: "AwaitSignal", signal: "go", policy: { timeoutMs: 5 }, next: null }
    })
    expect(outcome).toEqual(completed(values.signalTimedOut("s", "go", 5)))
  })

  it("in a loop catches in every round", () => {
    const { calls } = run(
      {
        l: {
          _tag: "Loop",
          body: "l/body/c",
          while: "w",
          policy: { max: 2, onMax: "continue" },
          next: null
        },
        "l/body/c": catching("l/body/t", { "*": "l/body/c/*/h" }),
        "l/body/t": task(),
        "l/body/c/*/h": task()
      },
      { fails: ["l/body/t"], says: () => true }
    )
    expect(calls).toEqual([
      "l/body/t[0] at 0",
      "l/body/c/*/h[0] at 10",
      "l[0] at 20",
      "l/body/t[1] at 30",
      "l/body/c/*/h[1] at 40",
      "l[1] at 50"
    ])
  })
})

describe("a catch and a fork", () => {
  const ms = { "f/a/t": 10, "f/b/t": 50 }

  it("inside a branch leaves the siblings alone", () => {
    const { calls, outcome } = run(
      {
        f: { _tag: "Fork", join: "all", branches: { a: "f/a/c", b: "f/b/t" }, next: null },
        "f/a/c": catching("f/a/t", { "*": "f/a/c/*/h" }),
        "f/a/t": task(),
        "f/a/c/*/h": task(),
        "f/b/t": task()
      },
      { fails: ["f/a/t"], ms }
    )
    expect(calls).toEqual(["f/a/t[] at 0", "f/b/t[] at 0", "f/a/c/*/h[] at 10"])
    const a = outputOf("f/a/c/*/h", first("f/a/t"))
    const members = [["a", a] as const, ["b", outputOf("f/b/t", "1")] as const]
    expect(outcome).toEqual(completed(values.record(members)))
  })

  it("around a fork stops the siblings, with all that they have opened, before the handler runs", () => {
    const nodes: Record<NodeId, Node> = {
      c: catching("f", { "*": "c/*/h" }),
      f: { _tag: "Fork", join: "all", branches: { a: "f/a/t", b: "f/b/t" }, next: "z" },
      "f/a/t": task(),
      "f/b/t": task("f/b/g"),
      "f/b/g": { _tag: "Fork", join: "all", branches: { x: "f/b/g/x/t" }, next: null },
      "f/b/g/x/t": task(),
      z: task(),
      "c/*/h": task()
    }
    const { calls, outcome } = run(nodes, {
      fails: ["f/a/t"],
      ms: { "f/a/t": 20, "f/b/t": 10, "f/b/g/x/t": 50 },
      watch: (step, { rows }) => {
        if (step.joined.length === 0) return
        expect(step.joined).toEqual(["f"])
        expect(step.stops.toSorted()).toEqual(["f/a", "f/b", "f/b/g/x"])
        expect(step.dropped.toSorted()).toEqual(["f/a", "f/b", "f/b/g/x"])
        expect([...rows.keys()]).toEqual([""])
      }
    })
    expect(calls.at(-1)).toBe("c/*/h[] at 20")
    expect(outcome).toEqual(completed(outputOf("c/*/h", first("f/a/t"))))
  })

  it("around a list that fails stops its other elements", () => {
    const { calls, outcome } = run(
      {
        c: catching("e", { "*": null }),
        e: { _tag: "ForEach", body: "e/body/t", policy: { concurrency: 2 }, next: null },
        "e/body/t": task("e/body/u"),
        "e/body/u": task()
      },
      { input: "[1,2,3]", fails: ["e/body/t 1"], ms: { "e/body/t 1": 15 } }
    )
    expect(calls).toEqual(["e/body/t[0] at 0", "e/body/t[1] at 0", "e/body/u[0] at 10"])
    expect(outcome).toEqual(completed(first("e/body/t")))
  })
})
