// A workflow as plain JSON: a flat table of nodes by id. Flat, so that a definition of 10,000 nodes is
// read, copied and hashed without recursion, and a change of one node is a change of one entry.
import * as Schema from "effect/Schema"
import { Name, Node, NodeId } from "./Node.ts"

/** The format that this code writes, and the newest that it reads. */
export const format = 1

export const Definition = Schema.Struct({
  format: Schema.Literal(format),
  workflow: Name,
  /** The author's own version, "1" unless given. Part of the structure hash. */
  version: Schema.String,
  /** The first node; null for a workflow that returns its input. */
  entry: Schema.NullOr(NodeId),
  nodes: Schema.Record(NodeId, Node),
  /** JSON Schemas where they are known, by place: `input`, `signal approval`, `task charge input`. */
  types: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json))
})
export type Definition = typeof Definition.Type

/** Names of the tasks that `definition` calls, each once, sorted. */
export const taskNames = (definition: Definition): ReadonlyArray<string> =>
  names(definition, (node) => (node._tag === "Task" ? [node.task, node.undo] : []))

/** Names of the signals that `definition` waits for at any depth, each once, sorted. */
export const signalNames = (definition: Definition): ReadonlyArray<string> =>
  names(definition, (node) => (node._tag === "AwaitSignal" ? [node.signal] : []))

const names = (
  definition: Definition,
  pick: (node: Node) => ReadonlyArray<string | undefined>
): ReadonlyArray<string> => {
  const found = new Set<string>()
  for (const node of Object.values(definition.nodes)) {
    for (const name of pick(node)) if (name !== undefined) found.add(name)
  }
  return [...found].toSorted()
}
