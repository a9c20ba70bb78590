// Which workflows start over, found by walking down, for the naive interpreter.
import type { Definition } from "../../src/ir/Definition.ts"
import { type NodeId, regions } from "../../src/ir/Node.ts"

/** By the node that inlines them; null for the run's own. */
export const workflowsThatRestart = ({ entry, nodes }: Definition): ReadonlySet<NodeId | null> => {
  const found = new Set<NodeId | null>()
  const walk = (from: NodeId | null, workflow: NodeId | null): void => {
    for (let id = from; id !== null; id = nodes[id]!.next) {
      const node = nodes[id]!
      if (node._tag === "ContinueAs") found.add(workflow)
      for (const region of regions(node)) {
        walk(region.entry, node._tag === "Inline" ? id : workflow)
      }
    }
  }
  walk(entry, null)
  return found
}
