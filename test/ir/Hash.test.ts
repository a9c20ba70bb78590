import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Definition } from "../../src/ir/Definition.ts"
import { canonical, hashes, restHashes } from "../../src/ir/Hash.ts"
import { fromJson, toJson } from "../../src/ir/Json.ts"
import type { Node, NodeId } from "../../src/ir/Node.ts"
import { definition } from "./arbitrary.ts"

/** The same data with all keys in the opposite order. */
const reordered = <A>(value: A): A => {
  if (Array.isArray(value)) return value.map(reordered) as A
  if (typeof value !== "object" || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, reordered(member)] as const)
  return Object.fromEntries(members.toReversed()) as A
}

/** A random definition with one of its nodes. */
const withNode = () =>
  definition()
    .filter(({ nodes }) => Object.keys(nodes).length > 0)
    .chain((definition) =>
      fc.constantFrom(...Object.keys(definition.nodes)).map((id) => ({ definition, id }))
    )

const edit = (definition: Definition, id: NodeId, change: (node: Node) => Node): Definition => {
  const node = definition.nodes[id]
  return node === undefined
    ? definition
    : { ...definition, nodes: { ...definition.nodes, [id]: change(node) } }
}

/** Names of the hashes that differ. */
const changed = (before: Definition, after: Definition): ReadonlyArray<string> => {
  const [old, young] = [hashes(before), hashes(after)]
  return (["structure", "policy", "interface"] as const).filter((side) => old[side] !== young[side])
}

/** Ids whose rest differs. */
const changedRests = (before: Definition, after: Definition): ReadonlyArray<NodeId> => {
  const young = restHashes(after)
  return [...restHashes(before)].filter(([id, hash]) => young.get(id) !== hash).map(([id]) => id)
}

const renamed = (node: Node): Node =>
  node._tag === "Task"
    ? { ...node, task: `${node.task}x` }
    : ({ ...node, _tag: "Task", task: "x" } as Node)

const repoliced = (node: Node): Node => {
  switch (node._tag) {
    case "Task":
      return { ...node, policy: { ...node.policy, timeoutMs: (node.policy?.timeoutMs ?? 0) + 1 } }
    case "Delay":
      return { ...node, policy: { ms: node.policy.ms + 1 } }
    case "AwaitSignal":
      return { ...node, policy: { timeoutMs: (node.policy?.timeoutMs ?? 0) + 1 } }
    case "SleepUntil":
      return { ...node, policy: { atMs: (node.policy?.atMs ?? 0) + 1 } }
    case "Loop":
      return { ...node, policy: { ...node.policy, max: node.policy.max + 1 } }
    case "ForEach":
      return { ...node, policy: { concurrency: node.policy.concurrency + 1 } }
    case "Fork":
    case "Route":
    case "Catch":
    case "Inline":
      return node
  }
}

describe("canonical", () => {
  it.each([
    [{ b: 1, a: { d: [1, null], c: "x" }, u: undefined }, '{"a":{"c":"x","d":[1,null]},"b":1}'],
    [{ 10: 1, 9: 2, a: 3 }, '{"10":1,"9":2,"a":3}'],
    [{ 'a":1,"b': 2 }, '{"a\\":1,\\"b":2}'],
    [[undefined, "é"], '[null,"é"]']
  ])("writes %j as %s", (value, text) => {
    expect(canonical(value)).toBe(text)
  })
})

describe("hashes", () => {
  it("are the same in another order of keys and after a round trip through JSON", () => {
    fc.assert(
      fc.property(definition(), (definition) => {
        expect(hashes(reordered(definition))).toEqual(hashes(definition))
        expect(hashes(fromJson(toJson(definition), "a test"))).toEqual(hashes(definition))
        expect(restHashes(reordered(definition))).toEqual(restHashes(definition))
      })
    )
  })

  it("see a change of the structure in the structure alone", () => {
    fc.assert(
      fc.property(withNode(), ({ definition, id }) => {
        const { version } = definition
        expect(changed(definition, { ...definition, version: `${version}2` })).toEqual([
          "structure"
        ])
        expect(
          changed(
            definition,
            edit(definition, id, (node) => ({ ...node, next: "elsewhere" }))
          )
        ).toEqual(["structure"])
        expect(changed(definition, edit(definition, id, renamed))).toEqual(["structure"])
      })
    )
  })

  it("see a change of a policy in the policy alone", () => {
    fc.assert(
      fc.property(withNode(), ({ definition, id }) => {
        const isFork = definition.nodes[id]?._tag === "Fork"
        const after = edit(definition, id, repoliced)
        expect(changed(definition, after)).toEqual(isFork ? [] : ["policy"])
        expect(changedRests(definition, after)).toEqual([])
      })
    )
  })

  it("see a change of a type in the interface alone", () => {
    fc.assert(
      fc.property(definition(), (definition) => {
        const types = { ...definition.types, "signal added": { type: "boolean" } }
        expect(changed(definition, { ...definition, types })).toEqual(["interface"])
      })
    )
  })

  it("see no change of a description or tags", () => {
    fc.assert(
      fc.property(withNode(), ({ definition, id }) => {
        const after = edit(definition, id, (node) => ({
          ...node,
          meta: { description: "new", tags: ["new"] }
        }))
        expect(changed(definition, after)).toEqual([])
        expect(changedRests(definition, after)).toEqual([])
      })
    )
  })

  it("differ for definitions that look alike but for quotes in a name", () => {
    const base: Definition = { format: 1, workflow: "w", version: "1", entry: null, nodes: {} }
    const one = { ...base, version: '1","entry":null,"x' }
    expect(changed(base, one)).toEqual(["structure"])
  })
})

describe("restHashes", () => {
  const task = (next: NodeId | null, name = "t"): Node => ({ _tag: "Task", task: name, next })
  /** a, then a fork with a chain and a fork inside, then a signal with a timeout region, then z. */
  const sample: Definition = {
    format: 1,
    workflow: "w",
    version: "1",
    entry: "a",
    nodes: {
      a: task("f"),
      f: { _tag: "Fork", branches: { x: "f/x/b", y: "f/y/c" }, join: "all", next: "s" },
      "f/x/b": task("f/x/g"),
      "f/x/g": { _tag: "Fork", branches: { i: "f/x/g/i/d" }, join: "all", next: null },
      "f/x/g/i/d": task(null),
      "f/y/c": task(null),
      s: { _tag: "AwaitSignal", signal: "go", onTimeout: "s/timeout/e", next: "z" },
      "s/timeout/e": task(null),
      z: task(null)
    }
  }
  const all = Object.keys(sample.nodes)

  it.each<[NodeId, ReadonlyArray<NodeId>]>([
    ["a", ["a"]],
    ["f/x/b", ["a", "f", "f/x/b"]],
    ["f/x/g/i/d", ["a", "f", "f/x/b", "f/x/g", "f/x/g/i/d"]],
    ["f/y/c", ["a", "f", "f/y/c"]],
    ["s/timeout/e", all.filter((id) => id !== "z")],
    ["z", all]
  ])("an edit of %s touches what runs up to it, and no other strand", (id, touched) => {
    expect(changedRests(sample, edit(sample, id, renamed)).toSorted()).toEqual(touched.toSorted())
  })

  it("a branch that is added touches its siblings, which meet it at the join", () => {
    const branches = { x: "f/x/b", y: "f/y/c", w: "f/w/n" }
    const wider = edit(sample, "f", (node) => ({ ...node, branches }) as Node)
    const after = { ...wider, nodes: { ...wider.nodes, "f/w/n": task(null) } }
    expect(changedRests(sample, after).toSorted()).toEqual(
      all.filter((id) => !/^(s|z)/.test(id)).toSorted()
    )
  })

  it("a new version touches all, because it says that functions do something else", () => {
    expect(changedRests(sample, { ...sample, version: "2" }).toSorted()).toEqual(all.toSorted())
  })

  it("has one hash for each node of a random definition, none of them twice", () => {
    fc.assert(
      fc.property(definition(), (definition) => {
        const rests = restHashes(definition)
        expect([...rests.keys()].toSorted()).toEqual(Object.keys(definition.nodes).toSorted())
        expect(new Set(rests.values()).size).toBe(rests.size)
      })
    )
  })

  it("takes a chain of 10,000 nodes and regions nested 1,000 deep", () => {
    const nodes: Record<NodeId, Node> = {}
    for (let index = 0; index < 10_000; index++)
      nodes[`n${index}`] = task(index < 9_999 ? `n${index + 1}` : null)
    expect(restHashes({ ...sample, entry: "n0", nodes }).size).toBe(10_000)

    const nested: Record<NodeId, Node> = {}
    for (let id = "f", depth = 0; depth < 1_000; depth++, id = `${id}/b/f`) {
      nested[id] =
        depth < 999
          ? { _tag: "Fork", branches: { b: `${id}/b/f` }, join: "all", next: null }
          : task(null)
    }
    expect(restHashes({ ...sample, entry: "f", nodes: nested }).size).toBe(1_000)
  })
})
