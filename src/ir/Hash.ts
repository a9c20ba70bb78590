// What stays the same, said in 64 characters: equal hashes mean that nothing changed that matters
// there. Everything is hashed as canonical JSON. Names stand in quotes and lists in brackets, so no
// choice of names makes two different definitions look alike. All functions here take a valid
// definition.
import { hash } from "node:crypto"
import type { Definition } from "./Definition.ts"
import { type Node, type NodeId, regions } from "./Node.ts"

/** SHA-256 in hex of three sides of a definition. Descriptions and tags are in none. */
export interface Hashes {
  /** Nodes, kinds, order, links, names, version: what a stored continuation relies on. */
  readonly structure: string
  /** Retry, timeouts, delays: what may change under a live run. */
  readonly policy: string
  /** JSON Schemas of input, signals and tasks, where they are known. */
  readonly interface: string
}

/**
 * JSON with sorted keys and without what is undefined: equal for equal data, whatever the order of
 * keys.
 */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  const sorted = members.toSorted(([a], [b]) => byText(a, b))
  const texts = sorted.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`)
  return `{${texts.join(",")}}`
}

/**
 * The three hashes of `definition`: the same in every process, and after a round trip through JSON.
 */
export const hashes = (definition: Definition): Hashes => {
  const { workflow, version, entry } = definition
  const nodes = Object.entries(definition.nodes)
  const structures = Object.fromEntries(nodes.map(([id, node]) => [id, structureOf(node)]))
  const policies = Object.fromEntries(nodes.map(([id, node]) => [id, policyOf(node)]))
  return {
    structure: digest(["structure", workflow, version, entry, structures]),
    policy: digest(["policy", policies]),
    interface: digest(["interface", definition.types ?? {}])
  }
}

/**
 * For each node the hash of all that is still to run once a strand stands there: the node, its
 * regions, what follows it, and what follows the regions that it lies in. Sibling branches count by
 * name only. A strand may go on under a new definition that has the same rest hash for its node;
 * policy is in no rest hash.
 */
export const restHashes = (definition: Definition): ReadonlyMap<NodeId, string> => {
  const { workflow, version, nodes } = definition
  const rests = new Map<NodeId, string>()
  /** What runs after a node. */
  const afterNode = new Map<NodeId, string | null>()
  const restOf = (id: NodeId | null): string | null =>
    id === null ? null : (rests.get(id) ?? null)
  const endHash = endHashes(definition)

  // Last things first: what follows a node, then its regions, then the node itself. The work list
  // stands for recursion, because regions nest deeper than the stack.
  const work: Array<() => void> = []
  const visit = (id: NodeId | null, outside: string | null): void => {
    const node = id === null ? undefined : nodes[id]
    if (id === null || node === undefined) return
    work.push(() => visitRegions(id, node, outside))
    visitLater(node.next, outside)
  }
  const visitLater = (id: NodeId | null, outside: string | null): void =>
    void work.push(() => visit(id, outside))
  const visitRegions = (id: NodeId, node: Node, outside: string | null): void => {
    const after = node.next === null ? outside : restOf(node.next)
    afterNode.set(id, after)
    work.push(() => hashNode(id, node))
    for (const { entry, name } of regions(node)) visitLater(entry, endHash(id, name, after))
  }
  const hashNode = (id: NodeId, node: Node): void => {
    // By entry, because an arm may be called like what takes all other keys.
    const inside = regions(node).flatMap(({ entry }) => restOf(entry) ?? [])
    const after = afterNode.get(id) ?? null
    rests.set(
      id,
      digest(["rest", workflow, version, id, structureOf(node), inside.toSorted(byText), after])
    )
  }

  visit(definition.entry, null)
  for (let step = work.pop(); step !== undefined; step = work.pop()) step()
  return rests
}

/**
 * What the region `name` runs into. A join needs every branch by name; a loop may run its body again; a list runs
 * it for other elements; what a catch encloses may still go to a handler, what a handler runs may not. A child
 * that has another version has other functions, as the workflow itself.
 */
const endHashes = (definition: Definition) => {
  const { nodes } = definition
  const wholes = wholeHashes(definition)
  const wholeOf = (entry: NodeId | null) => (entry === null ? null : wholes.get(entry))
  return (id: NodeId, name: string, after: string | null): string | null => {
    const node = nodes[id]
    switch (node?._tag) {
      case "Fork":
        return digest(["join", id, node.join, Object.keys(node.branches).toSorted(), after])
      case "Loop":
      case "ForEach":
        return digest(["end", id, structureOf(node), wholeOf(node.body), after])
      case "Catch": {
        if (name !== "") return after
        const handlers = Object.entries(node.handlers).map(([tag, entry]) => [tag, wholeOf(entry)])
        return digest(["end", id, Object.fromEntries(handlers), after])
      }
      case "Inline":
        return digest(["end", id, node.workflow, node.version, after])
      case "Task":
      case "Delay":
      case "SleepUntil":
      case "AwaitSignal":
      case "Route":
      case "Keep":
      case "Publish":
      case "ContinueAs":
      case undefined:
        return after
    }
  }
}

/** For each node the hash of itself, its regions and what follows in its own region: of the whole region at an entry. */
const wholeHashes = ({ entry, nodes }: Definition): ReadonlyMap<NodeId, string> => {
  const order: Array<readonly [NodeId, Node]> = []
  const work = [entry]
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    const node = id === null ? undefined : nodes[id]
    if (id === null || node === undefined) continue
    order.push([id, node])
    work.push(node.next, ...regions(node).map(({ entry }) => entry))
  }
  const wholes = new Map<NodeId, string>()
  // Last things first: all that a node names comes after it in this order.
  for (const [id, node] of order.toReversed()) {
    const parts = [node.next, ...regions(node).map(({ entry }) => entry)]
    const named = parts.flatMap((part) => (part === null ? [] : [[part, wholes.get(part)]]))
    wholes.set(id, digest([id, structureOf(node), Object.fromEntries(named)]))
  }
  return wholes
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1)

const structureOf = (node: Node): unknown => ({ ...node, policy: undefined, meta: undefined })

const policyOf = (node: Node): unknown => {
  const policy = "policy" in node ? (node.policy ?? {}) : {}
  return Object.keys(policy).length === 0 ? undefined : policy
}

const digest = (value: unknown): string => hash("sha256", canonical(value))
