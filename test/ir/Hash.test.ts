import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Definition } from "../../src/ir/Definition.ts"
import { canonical, hashes, restHashes } from "../../src/ir/Hash.ts"
import { fromJson, toJson } from "../../src/ir/Json.ts"
import type { Node } from "../../src/ir/Node.ts"
import { definition } from "./arbitrary.ts"
import { changedRests, edit, renamed } from "./edits.ts"

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

/** Names of the hashes that differ. */
const changed = (before: Definition, after: Definition): ReadonlyArray<string> => {
  const [old, young] = [hashes(before), hashes(after)]
  return (["structure", "policy", "interface"] as const).filter((side) => old[side] !== young[side])
}

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
    default:
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
        const after = edit(definition, id, repoliced)
        const hasPolicy = after.nodes[id] !== definition.nodes[id]
        expect(changed(definition, after)).toEqual(hasPolicy ? ["policy"] : [])
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
