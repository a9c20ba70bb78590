// What can be wrong with a definition, by code.
import * as Schema from "effect/Schema"
import { NodeId } from "./Node.ts"

export const FaultCode = Schema.Literals([
  /** A name or a node id has characters that names do not have. */
  "BadName",
  /** A fork has no branches. */
  "NoBranches",
  /** A branch of a fork has no nodes. */
  "EmptyBranch",
  /** A join waits for more branches than there are. */
  "QuorumTooHigh",
  /** A route has neither arms nor a default. */
  "NoArms",
  /** A loop or a list has nothing to run. */
  "EmptyBody",
  /** Something follows a node that nothing can follow. */
  "NeverRuns",
  /** A link leads to a node that is not in the definition. */
  "UnknownNode",
  /** More than one link leads to the node. */
  "SharedNode",
  /** No path from the entry leads to the node. */
  "Unreachable",
  /** A link leads back to a node that comes before it. */
  "Cycle",
  /** The node's id does not say where it lies. */
  "Misplaced"
])
export type FaultCode = typeof FaultCode.Type

export const Fault = Schema.Struct({
  code: FaultCode,
  /** Undefined when the definition itself is at fault. */
  node: Schema.UndefinedOr(NodeId),
  /** A sentence for people; it does not repeat `node`. */
  detail: Schema.String
})
export type Fault = typeof Fault.Type
