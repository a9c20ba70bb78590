// Random definitions: every kind of node, regions in regions, and always valid. They are drawn as
// trees, the way a person writes a workflow, and laid flat with the ids of a builder.
import * as fc from "fast-check"
import { type Definition, format } from "../../src/ir/Definition.ts"
import type { Fork, Node, NodeId } from "../../src/ir/Node.ts"
import { maybe, meta, ms, name, ownPart, policy, types } from "./parts.ts"

const depthMax = 4
/** A valid definition of up to 60 nodes, whose regions nest up to four deep. */
export const definition = (): fc.Arbitrary<Definition> =>
  fc
    .record({ workflow: name(), version: fc.string(), trunk: region(depthMax), types: types() })
    .map(({ workflow, version, trunk, types }) => {
      const nodes: Record<NodeId, Node> = {}
      const entry = lay(trunk, "", nodes)
      return { format, workflow, version, entry, nodes, ...(types && { types }) } as const
    })
    .filter(({ nodes }) => Object.keys(nodes).length <= 60)
/** Keys that routes are asked for, and tags of errors: few, so that arms and handlers are often met. */
export const keys = ["a", "b", "otherwise", "constructor", "0"] as const
/** The key of an arm that starts the workflow over. */
export const restartKey = "again"
export const tags = ["1", "2", "out", "late", "limit", "key", "few", "list"] as const

interface Piece {
  readonly name: string
  readonly node: Node
  /** Regions of the node, and how their entries become part of it. */
  readonly regions: ReadonlyArray<readonly [name: string, region: Pieces]>
  readonly own: (entries: ReadonlyArray<readonly [string, NodeId | null]>) => Partial<Node>
}

type Pieces = ReadonlyArray<Piece>

/** Puts a region into `nodes` under `path`; its entry. */
const lay = (region: Pieces, path: string, nodes: Record<NodeId, Node>): NodeId | null => {
  const ids = region.map(({ name, node }) => {
    // A name that is in sight is not kept again: the builder refuses it.
    const part = node._tag === "Keep" ? `kept+keep.d${path.split("/").length}` : name
    const id = freeId(path, part, nodes)
    nodes[id] = node
    return id
  })
  for (const [index, { node, own, regions }] of region.entries()) {
    const id = ids[index]!
    const entries = regions.map(
      ([name, inner]) => [name, lay(inner, name === "" ? path : `${id}/${name}/`, nodes)] as const
    )
    nodes[id] = { ...node, ...own(entries), next: ids[index + 1] ?? null } as Node
  }
  return ids[0] ?? null
}

const freeId = (path: string, part: string, nodes: Record<NodeId, Node>): NodeId => {
  const stem = part.includes("+") ? part : part.slice(0, 120)
  let id = `${path}${part}`
  for (let count = 2; Object.hasOwn(nodes, id); count += 1) id = `${path}${stem}-${count}`
  return id
}

const region = (depth: number, minLength = 0): fc.Arbitrary<Pieces> =>
  fc.array(piece(depth), { minLength, maxLength: depth === depthMax ? 5 : 2 })
/** Made once for each depth: without that, the number of arbitraries would be exponential in it. */
const piece: (depth: number) => fc.Arbitrary<Piece> = fc.memo((depth) =>
  depth <= 1
    ? fc.oneof({ weight: 3, arbitrary: task() }, delay(), sleep(), keep(), publish())
    : fc.oneof(
        { weight: 3, arbitrary: task() },
        delay(),
        sleep(),
        keep(),
        publish(),
        again(depth - 1),
        signal(depth - 1),
        { weight: 2, arbitrary: fork(depth - 1) },
        route(depth - 1),
        loop(depth - 1),
        each(depth - 1),
        { weight: 2, arbitrary: catching(depth - 1) },
        inline(depth - 1)
      )
)

const leaf = (name: string, node: Node): Piece => ({ name, node, regions: [], own: () => ({}) })
const body = (name: string, node: Node, region: Pieces): Piece => ({
  name,
  node,
  regions: [["body", region]],
  own: (entries) => ({ body: entries[0]![1] })
})

const task = (): fc.Arbitrary<Piece> =>
  fc
    .record({
      name: ownPart(),
      task: name(),
      input: fc.boolean(),
      undo: maybe(name()),
      policy: policy(),
      meta: meta()
    })
    .map(({ name, task, input, undo, policy, meta }) =>
      leaf(name, {
        _tag: "Task",
        task,
        ...(input ? { input: `flow#${name}@input` } : {}),
        ...(undo === undefined ? {} : { undo }),
        ...policy,
        ...meta,
        next: null
      })
    )

const delay = (): fc.Arbitrary<Piece> =>
  fc
    .record({ name: ownPart(), ms: ms() })
    .map(({ name, ms }) => leaf(name, { _tag: "Delay", policy: { ms }, next: null }))

const sleep = (): fc.Arbitrary<Piece> =>
  fc
    .record({ name: ownPart(), atMs: maybe(ms()) })
    .map(({ name, atMs }) =>
      leaf(
        name,
        atMs === undefined
          ? { _tag: "SleepUntil", at: `flow#${name}@at`, next: null }
          : { _tag: "SleepUntil", policy: { atMs }, next: null }
      )
    )

const keep = (): fc.Arbitrary<Piece> => fc.constant(leaf("kept+keep", { _tag: "Keep", next: null }))

const publish = (): fc.Arbitrary<Piece> =>
  ownPart().map((name) => leaf(name, { _tag: "Publish", give: `flow#${name}@give`, next: null }))

/** Starts over where the function of a route says so: never by itself, which might have no end. */
const again = (depth: number): fc.Arbitrary<Piece> =>
  fc
    .record({ name: ownPart(), before: region(Math.min(depth, 1)), arm: region(depth) })
    .map(({ name, before, arm }) => ({
      name,
      node: {
        _tag: "Route",
        on: { select: `flow#${name}@select` },
        arms: {},
        otherwise: null,
        next: null
      },
      regions: [
        [restartKey, [...before, leaf("again+continueAs", { _tag: "ContinueAs", next: null })]],
        ["a", arm]
      ],
      own: (entries) => ({ arms: Object.fromEntries(entries) })
    }))

const signal = (depth: number): fc.Arbitrary<Piece> =>
  fc
    .record({
      name: ownPart(),
      signal: name(),
      timeoutMs: maybe(ms()),
      onTimeout: maybe(region(depth))
    })
    .map(({ name, signal, timeoutMs, onTimeout }) => ({
      name,
      node: {
        _tag: "AwaitSignal",
        signal,
        ...(timeoutMs === undefined ? {} : { policy: { timeoutMs } }),
        next: null
      },
      regions: onTimeout === undefined ? [] : [["timeout", onTimeout]],
      own: ([timeout]) => (timeout === undefined ? {} : { onTimeout: timeout[1] })
    }))

const fork = (depth: number): fc.Arbitrary<Piece> =>
  fc
    .record({
      name: ownPart(),
      branches: table(name(), region(depth, 1), { minKeys: 1, maxKeys: 3 }),
      join: fc.constantFrom<Fork["join"]>(
        "all",
        "any",
        "race",
        "settled",
        { quorum: 1 },
        { quorum: 3 }
      )
    })
    .map(({ name, branches, join }) => {
      const isQuorum = typeof join === "object"
      const quorum = isQuorum ? Math.min(join.quorum, branches.length) : 0
      return {
        name,
        node: {
          _tag: "Fork",
          branches: {},
          join: isQuorum ? { quorum } : join,
          next: null
        },
        regions: branches,
        own: (entries) => ({ branches: Object.fromEntries(entries) })
      }
    })

const route = (depth: number): fc.Arbitrary<Piece> =>
  fc
    .record({
      name: ownPart(),
      property: fc.boolean(),
      arms: table(fc.oneof(fc.constantFrom(...keys), name()), region(depth), {
        minKeys: 1,
        maxKeys: 3
      }),
      otherwise: maybe(region(depth))
    })
    .map(({ name, property, arms, otherwise }) => ({
      name,
      node: {
        _tag: "Route",
        on: property ? { property: name } : { select: `flow#${name}@select` },
        arms: {},
        next: null
      },
      regions: otherwise === undefined ? arms : [...arms, ["otherwise", otherwise]],
      own: (entries) => ({
        arms: Object.fromEntries(entries.slice(0, arms.length)),
        ...(otherwise === undefined ? {} : { otherwise: entries.at(-1)![1] })
      })
    }))

const loop = (depth: number): fc.Arbitrary<Piece> =>
  fc
    .record({
      name: ownPart(),
      region: region(depth, 1),
      max: fc.constantFrom(1, 2, 3, 100),
      onMax: fc.constantFrom("fail", "continue")
    })
    .map(({ name, region, max, onMax }) => {
      const policy = { max, onMax }
      return body(
        name,
        { _tag: "Loop", body: null, while: `flow#${name}@while`, policy, next: null },
        region
      )
    })

const each = (depth: number): fc.Arbitrary<Piece> =>
  fc
    .record({ name: ownPart(), region: region(depth, 1), concurrency: fc.constantFrom(1, 2, 3) })
    .map(({ name, region, concurrency }) =>
      body(name, { _tag: "ForEach", body: null, policy: { concurrency }, next: null }, region)
    )

const catching = (depth: number): fc.Arbitrary<Piece> =>
  fc
    .record({
      name: ownPart(),
      region: region(depth),
      handlers: table(fc.constantFrom("*", "@a/B", ...tags), region(depth), { maxKeys: 3 })
    })
    .map(({ name, region, handlers }) => ({
      name,
      node: { _tag: "Catch", body: null, handlers: {}, next: null },
      regions: [["", region], ...handlers],
      own: ([body, ...entries]) => ({ body: body![1], handlers: Object.fromEntries(entries) })
    }))

const inline = (depth: number): fc.Arbitrary<Piece> =>
  fc
    .record({ name: ownPart(), workflow: name(), version: fc.string(), region: region(depth) })
    .map(({ name, workflow, version, region }) =>
      body(name, { _tag: "Inline", workflow, version, body: null, next: null }, region)
    )

const table = (
  key: fc.Arbitrary<string>,
  value: fc.Arbitrary<Pieces>,
  { maxKeys, minKeys = 0 }: { readonly minKeys?: number; readonly maxKeys: number }
) =>
  fc
    .dictionary(key, value, { minKeys, maxKeys, noNullPrototype: true })
    .map((table) => Object.entries(table))
