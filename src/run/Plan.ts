// A definition made ready to run: each node with the region that it belongs to, looked up once per
// definition instead of once per step. Regions end where `next` is null; their owner says what then.
import type { Definition } from "../ir/Definition.ts"
import { type Node, type NodeId, regions } from "../ir/Node.ts"

export interface PlannedNode {
  readonly id: NodeId
  readonly node: Node
  /** The node whose region this one belongs to; null in the trunk. */
  readonly owner: NodeId | null
}

export interface Plan {
  readonly definition: Definition
  readonly entry: NodeId | null
  readonly nodes: ReadonlyMap<NodeId, PlannedNode>
  /** Whether the branches of a fork may run at the same time; else each starts when the one before has ended. */
  readonly overlap: boolean
}

/** Linear in the nodes. Expects a definition that validates. */
export const prepare = (definition: Definition, overlap = true): Plan => {
  const nodes = new Map<NodeId, PlannedNode>()
  const work: Array<{ readonly entry: NodeId | null; readonly owner: NodeId | null }> = [
    { entry: definition.entry, owner: null }
  ]
  for (let region = work.pop(); region !== undefined; region = work.pop()) {
    for (let id = region.entry; id !== null;) {
      const node: Node | undefined = definition.nodes[id]
      if (node === undefined) throw new RangeError(`no node '${id}' in '${definition.workflow}'`)
      nodes.set(id, { id, node, owner: region.owner })
      for (const owned of regions(node)) work.push({ entry: owned.entry, owner: id })
      id = node.next
    }
  }
  return { definition, entry: definition.entry, nodes, overlap }
}

/** The node of `id`. A plan holds every node that a strand of its definition can name. */
export const nodeAt = (plan: Plan, id: NodeId): PlannedNode => {
  const planned = plan.nodes.get(id)
  if (planned === undefined) {
    throw new RangeError(`no node '${id}' in '${plan.definition.workflow}'`)
  }
  return planned
}
