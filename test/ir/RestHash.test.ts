// Who is touched by a change: a strand may go on under a new definition where its rest has kept its hash.
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Definition } from "../../src/ir/Definition.ts"
import { restHashes } from "../../src/ir/Hash.ts"
import type { Node, NodeId } from "../../src/ir/Node.ts"
import { definition } from "./arbitrary.ts"
import { changedRests, edit, renamed } from "./edits.ts"

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

  /** Every kind that has a region, one after another. */
  const regional: Definition = {
    ...sample,
    entry: "l",
    nodes: {
      l: {
        _tag: "Loop",
        body: "l/body/a",
        while: "w",
        policy: { max: 2, onMax: "fail" },
        next: "r"
      },
      "l/body/a": task("l/body/b"),
      "l/body/b": task(null),
      r: {
        _tag: "Route",
        on: { property: "kind" },
        arms: { x: "r/x/a", otherwise: "r/otherwise/a" },
        otherwise: "r/otherwise/b",
        next: "e"
      },
      "r/x/a": task("r/x/b"),
      "r/x/b": task(null),
      "r/otherwise/a": task(null),
      "r/otherwise/b": task(null),
      e: { _tag: "ForEach", body: "e/body/a", policy: { concurrency: 2 }, next: "c" },
      "e/body/a": task("e/body/b"),
      "e/body/b": task(null),
      c: { _tag: "Catch", body: "d", handlers: { E: "c/E/a", "*": "c/*/a" }, next: "i" },
      d: task("d2"),
      d2: task(null),
      "c/E/a": task("c/E/b"),
      "c/E/b": task(null),
      "c/*/a": task(null),
      i: { _tag: "Inline", workflow: "child", version: "1", body: "i/body/a", next: "z" },
      "i/body/a": task("i/body/b"),
      "i/body/b": task(null),
      z: task(null)
    }
  }
  const regionalIds = Object.keys(regional.nodes)
  /** All up to the node, but for what runs only in other regions. */
  const upTo = (id: NodeId, ...except: ReadonlyArray<RegExp>) =>
    regionalIds
      .slice(0, regionalIds.indexOf(id) + 1)
      .filter((before) => !except.some((pattern) => pattern.test(before)))

  it.each<[string, NodeId, ReadonlyArray<NodeId>]>([
    ["the body of a loop, which may come back", "l/body/a", ["l", "l/body/a", "l/body/b"]],
    ["a loop itself", "l", ["l", "l/body/a", "l/body/b"]],
    ["an arm, and no other arm", "r/x/a", upTo("r/x/a")],
    ["an arm called as the default is", "r/otherwise/a", upTo("r/otherwise/a", /^r\/x/)],
    ["a default", "r/otherwise/b", upTo("r/otherwise/b", /^r\/x/, /^r\/otherwise\/a/)],
    ["the body of a list, for other elements", "e/body/a", upTo("e/body/b")],
    ["what a catch encloses, up to there", "d", upTo("d")],
    ["a handler, and what may come to it", "c/E/a", upTo("c/E/a")],
    ["the end of a handler", "c/E/b", upTo("c/E/b")],
    ["one handler and no other", "c/*/a", upTo("c/*/a", /^c\/E/)],
    ["what is inlined, up to there", "i/body/a", upTo("i/body/a")],
    ["what comes last", "z", regionalIds]
  ])("an edit of %s touches what may still run it", (_, id, touched) => {
    const after = edit(regional, id, (node) =>
      node._tag === "Loop" ? { ...node, while: "x" } : renamed(node)
    )
    expect(changedRests(regional, after).toSorted()).toEqual(touched.toSorted())
  })

  it("a node put before others in a catch, an arm or a child touches none of them", () => {
    const before = (id: NodeId, owner: NodeId, link: (node: Node) => Node): Definition => {
      const first = id.replace(/\w+$/, "new")
      return edit({ ...regional, nodes: { ...regional.nodes, [first]: task(id) } }, owner, link)
    }
    const cases = [
      before("d", "c", (node) => ({ ...node, body: "new" }) as Node),
      before("i/body/a", "i", (node) => ({ ...node, body: "i/body/new" }) as Node),
      before("c/E/a", "c", (node) => {
        return { ...node, handlers: { E: "c/E/new", "*": "c/*/a" } } as Node
      })
    ]
    expect(cases.map((after) => changedRests(regional, after).toSorted())).toEqual([
      upTo("c").toSorted(),
      upTo("i").toSorted(),
      upTo("d2").toSorted()
    ])
  })

  it("a new version of a child touches what is inlined of it, and what comes before", () => {
    const after = edit(regional, "i", (node) => ({ ...node, version: "2" }) as Node)
    expect(changedRests(regional, after).toSorted()).toEqual(upTo("i/body/b").toSorted())
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

    const loops: Record<NodeId, Node> = {}
    const policy = { max: 2, onMax: "fail" } as const
    for (let id = "l", depth = 0; depth < 1_000; depth++, id = `${id}/body/l`) {
      loops[id] =
        depth < 999
          ? { _tag: "Loop", body: `${id}/body/l`, while: "w", policy, next: null }
          : task(null)
    }
    expect(restHashes({ ...sample, entry: "l", nodes: loops }).size).toBe(1_000)
  })
})
