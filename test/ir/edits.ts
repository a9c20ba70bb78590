// Changes of a definition, and whose rest they touch.
import type { Definition } from "../../src/ir/Definition.ts"
import { restHashes } from "../../src/ir/Hash.ts"
import type { Node, NodeId } from "../../src/ir/Node.ts"

export const edit = (
  definition: Definition,
  id: NodeId,
  change: (node: Node) => Node
): Definition => {
  const node = definition.nodes[id]
  return node === undefined
    ? definition
    : { ...definition, nodes: { ...definition.nodes, [id]: change(node) } }
}

/** Ids whose rest differs. */
export const changedRests = (before: Definition, after: Definition): ReadonlyArray<NodeId> => {
  const young = restHashes(after)
  return [...restHashes(before)].filter(([id, hash]) => young.get(id) !== hash).map(([id]) => id)
}

export const renamed = (node: Node): Node =>
  node._tag === "Task"
    ? { ...node, task: `${node.task}x` }
    : ({ ...node, _tag: "Task", task: "x" } as Node)
