import { readFileSync } from "node:fs"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { hashes } from "../../src/ir/Hash.ts"
import { fromJson, MalformedDefinition, NewerFormat, toJson } from "../../src/ir/Json.ts"
import { Node } from "../../src/ir/Node.ts"
import { InvalidDefinition } from "../../src/ir/Validate.ts"
import { definition } from "./arbitrary.ts"

const contentOf = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")

const golden = contentOf("../golden/definition-1.json").trimEnd()

// A record, so that the compiler finds the kind that is missing.
const tags = Object.keys({
  Task: 0,
  Fork: 0,
  Delay: 0,
  AwaitSignal: 0,
  SleepUntil: 0,
  Route: 0,
  Loop: 0,
  ForEach: 0,
  Catch: 0,
  Inline: 0,
  Keep: 0,
  Publish: 0,
  ContinueAs: 0
} satisfies Record<Node["_tag"], 0>)

const changedBy = (change: (json: ReturnType<typeof JSON.parse>) => void): string => {
  const json = JSON.parse(golden)
  change(json)
  return JSON.stringify(json)
}

describe("fromJson", () => {
  it("gives back every definition that toJson wrote", () => {
    fc.assert(
      fc.property(definition(), (definition) => {
        const text = toJson(definition)
        const read = fromJson(text, "a test")
        expect(read).toEqual(definition)
        expect(toJson(fromJson(toJson(read), "a test"))).toBe(toJson(read))
      })
    )
  })

  // The file is a promise to stored runs. With definition-1-kinds.json it holds every kind of node of format 1, and
  // it never changes: for a new format write definition-2.json by hand, add it to this test, and keep
  // reading this one.
  it("reads format 1 as it was frozen, writes it the same, and hashes it the same", () => {
    const read = fromJson(golden, "definition-1.json")
    expect(toJson(read)).toBe(golden)
    expect(hashes(read)).toEqual({
      structure: "8da493bb572f7f2427d44ef749d89da24fa0cb38babafdc7d78827d8be975ee4",
      policy: "8b551de040d14126cc26f259b28a8c07cf02816d6380a23be00fe92cb8479597",
      interface: "db30f7fca0c623db1db8553f63ce5ce5c8a35b88d0c98237fa6ae091809147b2"
    })
  })

  it("reads every kind of node as it was frozen, and hashes it the same", () => {
    const kinds = contentOf("../golden/definition-1-kinds.json").trimEnd()
    const read = fromJson(kinds, "definition-1-kinds.json")
    expect(toJson(read)).toBe(kinds)
    expect(hashes(read)).toMatchInlineSnapshot(`
      {
        "interface": "6b0a67e2d75df0ae5a9938820b6555f619f11991dc2eed0bd262d7095e25f9a6",
        "policy": "e74ccb7e3cea90377d186973cada90925df26e5ab18e924307360048ca1e57d7",
        "structure": "d48517bf4f9e7c2c384375a2ba6c7efab6cfa897014622da2fe3ae12764f35bd",
      }
    `)
    const both = [...Object.values(read.nodes), ...Object.values(fromJson(golden, "").nodes)]
    expect(new Set(both.map(({ _tag }) => _tag))).toEqual(new Set(tags))
  })

  it("reads every example of docs/formats.md", () => {
    const examples = [...contentOf("../../docs/formats.md").matchAll(/```json\n(.*?)```/gs)].map(
      ([, text = ""]) => JSON.parse(text)
    )
    const [first] = examples
    const nodes = examples.filter((example) => "_tag" in example)
    expect(fromJson(JSON.stringify(first), "docs/formats.md")).toEqual(first)
    const shown = new Set(nodes.map(({ _tag }) => String(_tag)))
    expect(shown).toEqual(new Set(tags))
    expect(nodes).toHaveLength(tags.length)
    for (const node of nodes) {
      const strict = { onExcessProperty: "error" } as const
      expect(Schema.decodeUnknownSync(Node)(node, strict)).toEqual(node)
    }
  })

  it("refuses a newer format before it looks at anything else", () => {
    const read = () => fromJson('{"format":2,"nodes":"unheard of"}', "orders.json")
    expect(read).toThrow(NewerFormat)
    expect(read).toThrow(
      "The definition in orders.json has format 2, and this release reads up to 1: upgrade onward"
    )
  })

  it.each<[string, string, ReadonlyArray<string>]>([
    ["no JSON", "{", [""]],
    ["null", "null", [""]],
    ["a list", "[]", [""]],
    ["a format that is no number", changedBy((json) => (json.format = "1")), ["format"]],
    ["an older format than there was", changedBy((json) => (json.format = 0)), ["format"]],
    ["an unknown property", changedBy((json) => (json.extra = 1)), ["extra"]],
    [
      "an unknown property of a node",
      changedBy((json) => (json.nodes.charge.run = "rm")),
      ["nodes > charge > run"]
    ],
    [
      "an unknown kind of node",
      changedBy((json) => (json.nodes.charge._tag = "Shell")),
      ["nodes > charge"]
    ],
    [
      "two wrong nodes",
      changedBy((json) => {
        json.nodes.charge.policy.retry.maxRetries = -1
        json.nodes["charge+fork"].join = "most"
      }),
      ["nodes > charge > policy > retry > maxRetries", "nodes > charge+fork > join"]
    ],
    ["a bad name", changedBy((json) => (json.workflow = "a b")), ["workflow"]],
    [
      "types without end",
      golden.replace('{"type":"object"}', `${'{"a":'.repeat(9e4)}1${"}".repeat(9e4)}`),
      [""]
    ]
  ])("refuses %s, with the paths of all faults", (_, text, paths) => {
    const fault = thrownBy(() => fromJson(text, "orders.json"))
    expect(fault).toBeInstanceOf(MalformedDefinition)
    expect((fault as MalformedDefinition).faults.map(({ path }) => path)).toEqual(paths)
    expect((fault as MalformedDefinition).message).toMatch(
      /^orders.json holds no workflow definition:\n- /
    )
  })

  it("refuses a definition whose links were tampered with", () => {
    const text = changedBy((json) => (json.nodes.approval.next = "charge"))
    expect(() => fromJson(text, "orders.json")).toThrow(InvalidDefinition)
  })

  it("refuses what was tampered with in any link of a random definition", () => {
    const linked = definition().filter(({ nodes }) =>
      Object.values(nodes).some(({ next }) => next !== null)
    )
    fc.assert(
      fc.property(linked, fc.nat(), (definition, seed) => {
        const json = JSON.parse(toJson(definition))
        const ids = Object.keys(json.nodes).filter((id) => json.nodes[id].next !== null)
        const id = ids[seed % ids.length] ?? ""
        json.nodes[id].next = id
        expect(() => fromJson(JSON.stringify(json), "a test")).toThrow(InvalidDefinition)
      })
    )
  })
})

const thrownBy = (run: () => unknown): unknown => {
  try {
    return run()
  } catch (error) {
    return error
  }
}
