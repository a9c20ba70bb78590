// A workflow's nodes as part of another: every id, and every link, moves below a path.
import type { Definition } from "../ir/Definition.ts"
import type { Node, NodeId } from "../ir/Node.ts"

export const embed = (
  { entry, nodes }: Definition,
  path: string
): { readonly entry: NodeId | null; readonly nodes: Readonly<Record<NodeId, Node>> } => {
  const to = (id: NodeId | null): NodeId | null => (id === null ? null : path + id)
  const moved = Object.entries(nodes).map(([id, node]) => [path + id, relinked(node, to)] as const)
  return { entry: to(entry), nodes: Object.fromEntries(moved) }
}

type Move = (id: NodeId | null) => NodeId | null

const relinked = (node: Node, to: Move): Node => {
  const next = to(node.next)
  switch (node._tag) {
    case "Task":
    case "Delay":
    case "SleepUntil":
    case "Keep":
    case "Publish":
    case "ContinueAs":
      return { ...node, next }
    case "AwaitSignal":
      return node.onTimeout === undefined
        ? { ...node, next }
        : { ...node, onTimeout: to(node.onTimeout), next }
    case "Fork":
      return { ...node, branches: all(node.branches, to), next }
    case "Route": {
      const arms = all(node.arms, to)
      return node.otherwise === undefined
        ? { ...node, arms, next }
        : { ...node, arms, otherwise: to(node.otherwise), next }
    }
    case "Loop":
    case "ForEach":
    case "Inline":
      return { ...node, body: to(node.body), next }
    case "Catch":
      return { ...node, body: to(node.body), handlers: all(node.handlers, to), next }
  }
}

const all = (links: Readonly<Record<string, NodeId | null>>, to: Move) =>
  Object.fromEntries(Object.entries(links).map(([name, id]) => [name, to(id)]))
