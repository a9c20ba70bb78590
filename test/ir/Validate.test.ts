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

const route = (arms: Record<string, NodeId | null>, otherwise?: NodeId | null): Node => ({
  _tag: "Route",
  on: { property: "kind" },
  arms,
  ...(otherwise === undefined ? {} : { otherwise }),
  next: null
})
const loop = (body: NodeId | null): Node => ({
  _tag: "Loop",
  body,
  while: "order#a@while",
  policy: { max: 3, onMax: "fail" },
  next: null
})
const each = (body: NodeId | null): Node => ({
  _tag: "ForEach",
  body,
  policy: { concurrency: 1 },
  next: null
})
const catching = (body: NodeId | null, handlers: Record<string, NodeId | null>): Node => ({
  _tag: "Catch",
  body,
  handlers,
  next: null
})
const inline = (workflow: string, body: NodeId | null): Node => ({
  _tag: "Inline",
  workflow,
  version: "1",
  body,
  next: null
})

type Found = readonly [FaultCode, NodeId | undefined]
const badNames = (count: number): ReadonlyArray<Found> =>
  Array.from({ length: count }, () => ["BadName", "a"])
const quorum = (quorum: number): Node => ({ ...fork({ x: "a/x/b" }), join: { quorum } }) as Node
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
      "a join of too few branches",
      define({ a: quorum(2), "a/x/b": task() }),
      [["QuorumTooHigh", "a"]]
    ],
    ["a join of just enough branches", define({ a: quorum(1), "a/x/b": task() }), []],
    ["a route without arms", define({ a: route({}) }), [["NoArms", "a"]]],
    ["a route with a default alone", define({ a: route({}, null) }), []],
    ["a route with empty arms", define({ a: route({ x: null, y: null }) }), []],
    [
      "an arm outside of its region",
      define({ a: route({ x: "b" }), b: task() }),
      [["Misplaced", "b"]]
    ],
    [
      "an arm called as the default is",
      define({
        a: route({ otherwise: "a/otherwise/b" }, "a/otherwise/c"),
        "a/otherwise/b": task(),
        "a/otherwise/c": task()
      }),
      []
    ],
    ["a bad arm name", define({ a: route({ "x/y": null, "": null }) }), badNames(2)],
    ["a loop without a body", define({ a: loop(null) }), [["EmptyBody", "a"]]],
    ["a list without a body", define({ a: each(null) }), [["EmptyBody", "a"]]],
    [
      "a loop around a list",
      define({
        a: loop("a/body/b"),
        "a/body/b": each("a/body/b/body/c"),
        "a/body/b/body/c": task()
      }),
      []
    ],
    [
      "a body that leads out",
      define({ a: loop("a/body/b"), "a/body/b": task("a") }),
      [
        ["Misplaced", "a"],
        ["Cycle", "a/body/b"]
      ]
    ],
    [
      "a catch, whose body keeps its path",
      define({ a: catching("b", { "*": "a/*/c", E: null }), b: task(), "a/*/c": task() }),
      []
    ],
    ["a catch of nothing", define({ a: catching(null, {}) }), []],
    [
      "a body of a catch in a path of its own",
      define({ a: catching("a/body/b", {}), "a/body/b": task() }),
      [["Misplaced", "a/body/b"]]
    ],
    [
      "a handler outside of its region",
      define({ a: catching("b", { E: "c" }), b: task(), c: task() }),
      [["Misplaced", "c"]]
    ],
    [
      "handlers of no tag",
      define({ a: catching(null, JSON.parse('{"":null,"__proto__":null}')) }),
      badNames(2)
    ],
    ["a child", define({ a: inline("child", "a/body/b"), "a/body/b": task() }), []],
    ["an empty child", define({ a: inline("child", null) }), []],
    ["a bad name of a child", define({ a: inline("my child", null) }), badNames(1)],
    [
      "bad function names",
      define({
        a: { ...loop("a/body/b"), while: "" } as Node,
        "a/body/b": { _tag: "SleepUntil", at: " ", next: null }
      }),
      [
        ["BadName", "a"],
        ["BadName", "a/body/b"]
      ]
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
        "The definition of workflow 'order' has 4 faults and cannot run:",
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

    const loops: Record<NodeId, Node> = {}
    for (let id = "l", depth = 0; depth < 1_000; depth++, id = `${id}/body/l`) {
      loops[id] = depth < 999 ? loop(`${id}/body/l`) : task()
    }
    expect(validate(define(loops))).toEqual([])
  })
})
