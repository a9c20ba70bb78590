// A definition made ready to run: each node with the region that it belongs to, looked up once per
// definition instead of once per step. Regions end where `next` is null; their owner says what then.
import type { Definition } from "../ir/Definition.ts"
import { type Node, type NodeId, type Region, regions } from "../ir/Node.ts"
import { pathInto, pathOf } from "../ir/Place.ts"

export interface PlannedNode {
  readonly id: NodeId
  readonly node: Node
  /** The node whose region this one belongs to; null in the trunk. */
  readonly owner: NodeId | null
  /** Name of that region. */
  readonly region: string
  /** The regions that it owns. Listed once: a strand that waits for a hundred others asks at each of their ends. */
  readonly regions: ReadonlyArray<Region>
  /** The id as seen from the strand that comes here: what follows the path that the strand started on. */
  readonly local: string
  /** How many loops, lists and workflows that start over enclose the node: so many indices a strand has here. */
  readonly depth: number
}

export interface Plan {
  readonly definition: Definition
  readonly entry: NodeId | null
  readonly nodes: ReadonlyMap<NodeId, PlannedNode>
  /** The nodes that keep a value, by the path that they lie on. */
  readonly keeps: ReadonlyMap<string, ReadonlyArray<NodeId>>
  /** Whether the branches of a fork may run at the same time; else each starts when the one before has ended. */
  readonly overlap: boolean
}

interface OpenRegion extends Pick<PlannedNode, "owner" | "region" | "depth"> {
  readonly entry: NodeId | null
  /** Length of the path that strands of this region started on. */
  readonly pathLength: number
}

/** Linear in the nodes. Expects a definition that validates. */
export const prepare = (definition: Definition, overlap = true): Plan => {
  const nodes = new Map<NodeId, PlannedNode>()
  const restarted = restartedBy(definition)
  const depth = restarted.has(null) ? 1 : 0
  const work: Array<OpenRegion> = [
    { entry: definition.entry, owner: null, region: "", depth, pathLength: 0 }
  ]
  for (let open = work.pop(); open !== undefined; open = work.pop()) {
    const { depth, owner, pathLength, region } = open
    for (let id = open.entry; id !== null;) {
      const node: Node | undefined = definition.nodes[id]
      if (node === undefined) throw new RangeError(`no node '${id}' in '${definition.workflow}'`)
      const owned = regions(node)
      const local = id.slice(pathLength)
      nodes.set(id, { id, node, owner, region, regions: owned, depth, local })
      for (const { entry, name } of owned) {
        work.push({
          entry,
          owner: id,
          region: name,
          depth: depth + (isRepeated(node) || restarted.has(id) ? 1 : 0),
          pathLength: isGroup(node) ? pathInto({ owner: id, region: name }).length - 1 : pathLength
        })
      }
      id = node.next
    }
  }
  const kept = [...nodes.values()].filter(({ node }) => node._tag === "Keep").map(({ id }) => id)
  return { definition, entry: definition.entry, nodes, keeps: Map.groupBy(kept, pathOf), overlap }
}

const isRepeated = (node: Node): boolean => node._tag === "Loop" || node._tag === "ForEach"

/** The inlined workflows that start over, by their node; null for the run. */
const restartedBy = ({ nodes }: Definition): ReadonlySet<NodeId | null> => {
  const found = new Set<NodeId | null>()
  for (const [id, node] of Object.entries(nodes)) {
    if (node._tag !== "ContinueAs") continue
    const inlined = Object.keys(nodes).filter(
      (owner) => nodes[owner]?._tag === "Inline" && id.startsWith(`${owner}/`)
    )
    found.add(inlined.toSorted((a, b) => b.length - a.length)[0] ?? null)
  }
  return found
}

/** The workflow that `id` belongs to: the node that inlines it, or null for the run's own. */
export const workflowOf = (plan: Plan, id: NodeId): NodeId | null => {
  let { owner } = nodeAt(plan, id)
  while (owner !== null && nodeAt(plan, owner).node._tag !== "Inline") {
    owner = nodeAt(plan, owner).owner
  }
  return owner
}

/** Whether the regions of `node` have strands of their own. */
export const isGroup = (node: Node): boolean => node._tag === "Fork" || node._tag === "ForEach"

/** The node of `id`. A plan holds every node that a strand of its definition can name. */
export const nodeAt = (plan: Plan, id: NodeId): PlannedNode => {
  const planned = plan.nodes.get(id)
  if (planned === undefined) {
    throw new RangeError(`no node '${id}' in '${plan.definition.workflow}'`)
  }
  return planned
}

/**
 * Where a strand that arrives at `id` comes to stand: what only encloses other nodes is passed through, so that a
 * strand that has done nothing yet can be told from its parent alone.
 */
export const landing = (plan: Plan, id: NodeId | null): PlannedNode | null => {
  if (id === null) return null
  let planned = nodeAt(plan, id)
  for (let inner = enclosed(planned.node); inner !== null; inner = enclosed(planned.node)) {
    planned = nodeAt(plan, inner)
  }
  return planned
}

const enclosed = (node: Node): NodeId | null =>
  node._tag === "Loop" || node._tag === "Catch" || node._tag === "Inline" ? node.body : null
