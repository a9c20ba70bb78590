// Where a node lies, written in its id: `charge+fork/email/send` is node `send` of region `email` of
// `charge+fork`. Validation keeps ids and links in step.
import type { NodeId } from "./Node.ts"

/** A region: the node that owns it, and its name there. */
export interface Place {
  readonly owner: NodeId
  readonly region: string
}

/** What the ids of a region start with, the trunk's being "": `charge+fork/email/`. */
export const pathOf = (id: NodeId): string => id.slice(0, id.lastIndexOf("/") + 1)

/** The path of the region `region` of node `owner`; a region without a name keeps the path of its owner. */
export const pathInto = ({ owner, region }: Place): string =>
  region === "" ? pathOf(owner) : `${owner}/${region}/`
