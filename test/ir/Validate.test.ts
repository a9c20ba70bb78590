import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Definition } from "../../src/ir/Definition.ts"
import type { Node, NodeId } from "../../src/ir/Node.ts"
import { assertValid, type FaultCode, InvalidDefinition, validate } from "../../src/ir/Validate.ts"
import { definition } from "./arbitrary.ts"

const define = (
  nodes: Record<NodeId, Node>,
  entry: NodeId | null = Object.keys(nodes)[0] ?? null
): Definition => ({
  format: 1,
  workflow: "order",
  version: "1",
  entry,
  nodes
})
const task = (next: NodeId | null = null, name = "charge"): Node => ({
  _tag: "Task",
  task: name,
  next
})
const fork = (branches: Record<string, NodeId | null>, next: NodeId | null = null): Node => ({
  _tag: "Fork",
  branches,
  join: "all",
  next
})
const signal = (onTimeout?: NodeId | null, next: NodeId | null = null): Node => ({
  _tag: "AwaitSignal",
  signal: "go",
  ...(onTimeout === undefined ? {} : { onTimeout }),
  next
})

type Found = readonly [FaultCode, NodeId | undefined]
const found = (definition: Definition): ReadonlyArray<Found> =>
  validate(definition).map(({ code, node }) => [code, node])

describe("validate", () => {
  it.each<[string, Definition, ReadonlyArray<Found>]>([
    ["an empty workflow", define({}), []],
    ["a chain", define({ a: task("b"), b: task() }), []],
    [
      "a fork",
      define({
        a: fork({ x: "a/x/b", y: "a/y/b" }, "c"),
        "a/x/b": task(),
        "a/y/b": task(),
        c: task()
      }),
      []
    ],
    ["a timeout that goes on", define({ a: signal(null, "b"), b: task() }), []],
    ["a timeout region", define({ a: signal("a/timeout/b"), "a/timeout/b": task() }), []],
    [
      "names without own names",
      define({ a: task("a+fork"), "a+fork": fork({ x: "a+fork/x/b" }), "a+fork/x/b": task() }),
      []
    ],
    ["a fork without branches", define({ a: fork({}) }), [["NoBranches", "a"]]],
    ["an empty branch", define({ a: fork({ x: null }) }), [["EmptyBranch", "a"]]],
    ["an unknown entry", define({}, "a"), [["UnknownNode", undefined]]],
    ["an unknown next", define({ a: task("b") }), [["UnknownNode", "a"]]],
    [
      "an unknown next that every object has",
      define({ a: task("toString") }),
      [["UnknownNode", "a"]]
    ],
    ["an unknown branch", define({ a: fork({ x: "a/x/b" }) }), [["UnknownNode", "a"]]],
    ["an unknown timeout", define({ a: signal("a/timeout/b") }), [["UnknownNode", "a"]]],
    ["no entry", define({ a: task() }, null), [["Unreachable", "a"]]],
    [
      "a node aside",
      define({ a: task(), b: task("c"), c: task() }),
      [
        ["Unreachable", "b"],
        ["Unreachable", "c"]
      ]
    ],
    ["a loop to itself", define({ a: task("a") }), [["Cycle", "a"]]],
    ["a loop", define({ a: task("b"), b: task("c"), c: task("b") }), [["Cycle", "c"]]],
    [
      "a loop aside",
      define({ a: task(), b: task("c"), c: task("b") }),
      [
        ["Cycle", "c"],
        ["Unreachable", "b"],
        ["Unreachable", "c"]
      ]
    ],
    [
      "two links to one node",
      define({ a: signal("a/timeout/b", "c"), "a/timeout/b": task("c"), c: task() }),
      [
        ["Misplaced", "c"],
        ["SharedNode", "c"]
      ]
    ],
    [
      "a branch that leaves its region",
      define({ a: fork({ x: "b" }), b: task() }),
      [["Misplaced", "b"]]
    ],
    [
      "a branch under another's path",
      define({ a: fork({ x: "a/y/b" }), "a/y/b": task() }),
      [["Misplaced", "a/y/b"]]
    ],
    [
      "a node deeper than its region",
      define({ a: task("b/x/c"), "b/x/c": task() }),
      [["Misplaced", "b/x/c"]]
    ],
    ["a bad workflow name", { ...define({}), workflow: "my order" }, [["BadName", undefined]]],
    ["a bad node name", define({ "a b": task() }), [["BadName", "a b"]]],
    ["a node without a name", define({ "": task() }), [["BadName", ""]]],
    ["a bad task name", define({ a: task(null, "two words") }), [["BadName", "a"]]],
    [
      "a bad branch name",
      define({ a: fork({ "x/y": "a/x/y/b" }), "a/x/y/b": task() }),
      [["BadName", "a"]]
    ],
    [
      "a bad signal name",
      define({ a: { _tag: "AwaitSignal", signal: "", next: null } }),
      [["BadName", "a"]]
    ],
    [
      "a bad function name",
      define({ a: { _tag: "Task", task: "t", input: "a b", next: null } }),
      [["BadName", "a"]]
    ],
    [
      "a node called __proto__",
      define(JSON.parse('{"__proto__":{"_tag":"Task","task":"t","next":null}}')),
      [["BadName", "__proto__"]]
    ]
  ])("finds what is wrong with %s", (_, definition, faults) => {
    expect(found(definition)).toEqual(faults)
  })

  it("finds nothing wrong with a random valid definition", () => {
    fc.assert(
      fc.property(definition(), (definition) => {
        expect(validate(definition)).toEqual([])
      })
    )
  })

  it("reports all faults at once, each in a sentence with its node", () => {
    const broken = define({ a: fork({ x: null, y: "q" }, "b"), b: task("zzz"), c: task() })
    expect(() => assertValid(broken)).toThrow(InvalidDefinition)
    expect(() => assertValid(broken)).toThrow(
      [
        "The definition of workflow order has 4 faults and cannot run:",
        "- a: branch x is empty: give it a task",
        '- a: region y leads to "q", which is not in the definition',
        '- b: next leads to "zzz", which is not in the definition',
        "- c: nothing leads here from the entry: remove the node or link it"
      ].join("\n")
    )
  })

  it("takes a chain of 10,000 nodes and regions nested 1,000 deep", () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `n${index}`)
    const chain = Object.fromEntries(ids.map((id, index) => [id, task(ids[index + 1] ?? null)]))
    expect(validate(define(chain))).toEqual([])

    const nested: Record<NodeId, Node> = {}
    for (let id = "f", depth = 0; depth < 1_000; depth++, id = `${id}/b/f`) {
      nested[id] = depth < 999 ? fork({ b: `${id}/b/f` }) : task()
    }
    expect(validate(define(nested))).toEqual([])
  })
})
