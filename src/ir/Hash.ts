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
  const sorted = members.toSorted(([a], [b]) => (a < b ? -1 : 1))
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
  /** What runs after a node, and what runs after each of its regions. */
  const afterNode = new Map<NodeId, string | null>()
  const afterRegions = new Map<NodeId, string | null>()
  const restOf = (id: NodeId | null): string | null =>
    id === null ? null : (rests.get(id) ?? null)
  const within = subtrees(definition)
  /**
   * What a region runs into. A join needs every branch by name; a loop may run its body again; a list runs it for
   * other elements; what a catch encloses may still go to a handler.
   */
  const endHash = (id: NodeId, node: Node, after: string | null): string | null => {
    switch (node._tag) {
      case "Fork":
        return digest(["join", id, node.join, Object.keys(node.branches).toSorted(), after])
      case "Loop":
      case "ForEach":
      case "Catch":
        return digest(["end", id, structureOf(node), within(id), after])
      case "Task":
      case "Delay":
      case "SleepUntil":
      case "AwaitSignal":
      case "Route":
      case "Inline":
        return after
    }
  }

  // Last things first: what follows a node, then its regions, then the node itself. The work list
  // stands for recursion, because regions nest deeper than the stack.
  const work: Array<() => void> = []
  const visit = (id: NodeId | null, owner: NodeId | null): void => {
    const node = id === null ? undefined : nodes[id]
    if (id === null || node === undefined) return
    work.push(() => visitRegions(id, node, owner))
    visitLater(node.next, owner)
  }
  const visitLater = (id: NodeId | null, owner: NodeId | null): void =>
    void work.push(() => visit(id, owner))
  const visitRegions = (id: NodeId, node: Node, owner: NodeId | null): void => {
    const outside = owner === null ? null : (afterRegions.get(owner) ?? null)
    const after = node.next === null ? outside : restOf(node.next)
    afterNode.set(id, after)
    afterRegions.set(id, endHash(id, node, after))
    work.push(() => hashNode(id, node))
    for (const { entry } of regions(node)) visitLater(entry, id)
  }
  const hashNode = (id: NodeId, node: Node): void => {
    const inside = Object.fromEntries(regions(node).map(({ name, entry }) => [name, restOf(entry)]))
    const after = afterNode.get(id) ?? null
    rests.set(id, digest(["rest", workflow, version, id, structureOf(node), inside, after]))
  }

  visit(definition.entry, null)
  for (let step = work.pop(); step !== undefined; step = work.pop()) step()
  return rests
}

/** The structure of all that lies below a node, by its id: sorted ids that share a path stand side by side. */
const subtrees = ({ nodes }: Definition) => {
  const ids = Object.keys(nodes).toSorted()
  return (owner: NodeId): ReadonlyArray<unknown> => {
    const path = `${owner}/`
    let at = firstFrom(ids, path)
    const found: Array<unknown> = []
    for (let id = ids[at]; id?.startsWith(path) === true; id = ids[++at]) {
      const node = nodes[id]
      if (node !== undefined) found.push([id, structureOf(node)])
    }
    return found
  }
}

/** Where the first of the sorted `ids` stands that is not before `path`. */
const firstFrom = (ids: ReadonlyArray<string>, path: string): number => {
  let low = 0
  let high = ids.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ids[middle] ?? "") < path) low = middle + 1
    else high = middle
  }
  return low
}

const structureOf = (node: Node): unknown => ({ ...node, policy: undefined, meta: undefined })

const policyOf = (node: Node): unknown => {
  const policy = "policy" in node ? (node.policy ?? {}) : {}
  return Object.keys(policy).length === 0 ? undefined : policy
}

const digest = (value: unknown): string => hash("sha256", canonical(value))
