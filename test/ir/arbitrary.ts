// Random definitions: every kind of node, regions in regions, and always valid. They are drawn as
// trees, the way a person writes a workflow, and laid flat with the ids of a builder.
import * as fc from "fast-check"
import { type Definition, format } from "../../src/ir/Definition.ts"
import type { Node, NodeId } from "../../src/ir/Node.ts"

/** A valid definition whose regions nest up to four deep. */
export const definition = (): fc.Arbitrary<Definition> =>
  fc
    .record({ workflow: name(), version: fc.string(), trunk: region(4), types: types() })
    .map(({ workflow, version, trunk, types }) => {
      const nodes: Record<NodeId, Node> = {}
      const entry = lay(trunk, "", nodes)
      return { format, workflow, version, entry, nodes, ...types }
    })

interface Piece {
  readonly name: string
  readonly node: Node
  readonly regions: ReadonlyArray<readonly [name: string, region: ReadonlyArray<Piece>]>
}

/** Puts a region into `nodes` under `path`; its entry. */
const lay = (
  region: ReadonlyArray<Piece>,
  path: string,
  nodes: Record<NodeId, Node>
): NodeId | null => {
  const ids = region.map((piece) => `${path}${piece.name}`)
  for (const [index, { node, regions }] of region.entries()) {
    const id = `${path}${region[index]?.name}`
    nodes[id] = node
    const entries = regions.map(
      ([name, inner]) => [name, lay(inner, `${id}/${name}/`, nodes)] as const
    )
    nodes[id] = { ...node, ...owned(node, entries), next: ids[index + 1] ?? null }
  }
  return ids[0] ?? null
}

const owned = (node: Node, entries: ReadonlyArray<readonly [string, NodeId | null]>) => {
  if (node._tag === "Fork") return { branches: Object.fromEntries(entries) }
  return node._tag === "AwaitSignal" && entries[0] !== undefined ? { onTimeout: entries[0][1] } : {}
}

const region = (depth: number, minLength = 0): fc.Arbitrary<ReadonlyArray<Piece>> =>
  fc.uniqueArray(piece(depth), {
    minLength,
    maxLength: depth === 4 ? 4 : 2,
    selector: ({ name }) => name
  })

const piece = (depth: number): fc.Arbitrary<Piece> =>
  depth === 0
    ? fc.oneof(task(), delay())
    : fc.oneof(task(), delay(), signal(depth - 1), fork(depth - 1))

const task = (): fc.Arbitrary<Piece> =>
  fc
    .record({ name: ownPart(), task: name(), input: fc.boolean(), policy: policy(), meta: meta() })
    .map(({ name, task, input, policy, meta }): Piece => ({
      name,
      node: {
        _tag: "Task",
        task,
        ...(input ? { input: `flow#${name}@input` } : {}),
        ...policy,
        ...meta,
        next: null
      },
      regions: []
    }))

const delay = (): fc.Arbitrary<Piece> =>
  fc.record({ name: ownPart(), ms: ms(), meta: meta() }).map(({ name, ms, meta }): Piece => ({
    name,
    node: { _tag: "Delay", policy: { ms }, ...meta, next: null },
    regions: []
  }))

const signal = (depth: number): fc.Arbitrary<Piece> =>
  fc
    .record({
      name: ownPart(),
      signal: name(),
      timeoutMs: maybe(ms()),
      onTimeout: maybe(region(depth))
    })
    .map(({ name, signal, timeoutMs, onTimeout }): Piece => ({
      name,
      node: {
        _tag: "AwaitSignal",
        signal,
        ...(timeoutMs === undefined ? {} : { policy: { timeoutMs } }),
        next: null
      },
      regions: onTimeout === undefined ? [] : [["timeout", onTimeout]]
    }))

const fork = (depth: number): fc.Arbitrary<Piece> =>
  fc
    .record({
      name: ownPart(),
      branches: fc.dictionary(name(), region(depth, 1), {
        minKeys: 1,
        maxKeys: 2,
        noNullPrototype: true
      }),
      meta: meta()
    })
    .map(({ name, branches, meta }): Piece => ({
      name,
      node: { _tag: "Fork", branches: {}, join: "all", ...meta, next: null },
      regions: Object.entries(branches)
    }))

const maybe = <A>(arbitrary: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> =>
  fc.option(arbitrary, { nil: undefined })

/** Names that are hard on tables and paths included. */
const name = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.stringMatching(/^[\w.-]{1,12}$/).filter((text) => text !== "__proto__"),
    fc.constantFrom("constructor", "toString", "timeout", "0", "10", "a.b", "-", "x".repeat(128))
  )

const ownPart = (): fc.Arbitrary<string> =>
  fc.oneof(
    name(),
    fc.tuple(name(), fc.constantFrom("+fork", "+delay", "+delay2")).map((parts) => parts.join(""))
  )

const ms = (): fc.Arbitrary<number> => fc.integer({ min: 0, max: 1_000_000_000 })

const policy = () =>
  fc.oneof(
    fc.constant({}),
    fc
      .record(
        {
          retry: fc.record(
            {
              maxRetries: fc.nat(100),
              initialDelayMs: ms(),
              factor: fc.integer({ min: 1, max: 10 }),
              maxDelayMs: ms(),
              jitter: fc.boolean()
            },
            { requiredKeys: ["maxRetries", "initialDelayMs"], noNullPrototype: true }
          ),
          timeoutMs: ms(),
          deadlineMs: ms()
        },
        { requiredKeys: [], noNullPrototype: true }
      )
      .map((policy) => ({ policy }))
  )

const meta = () =>
  fc.oneof(
    fc.constant({}),
    fc.record({ description: fc.string(), tags: fc.array(fc.string()) }).map((meta) => ({ meta }))
  )

const types = () =>
  fc.oneof(
    fc.constant({}),
    fc
      .dictionary(fc.string(), fc.constantFrom({ type: "string" }, { type: "number" }), {
        noNullPrototype: true
      })
      .map((types) => ({ types }))
  )
