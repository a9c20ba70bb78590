// Where a node lies, read from its id: `charge+fork/email/send` is node `send` of region `email` of
// `charge+fork`. Validation keeps ids and links in step, so in a valid definition the id alone says
// which region a node belongs to, and where a strand goes when its region ends.
import type { NodeId } from "./Node.ts"

/** A region seen from inside: the node that owns it, and its name there. */
export interface Place {
  readonly owner: NodeId
  readonly region: string
}

/** The region that holds `id`; undefined on the trunk. */
export const placeOf = (id: NodeId): Place | undefined => {
  const path = pathOf(id)
  if (path === "") return undefined
  const cut = path.lastIndexOf("/", path.length - 2)
  return { owner: path.slice(0, Math.max(cut, 0)), region: path.slice(cut + 1, -1) }
}

/** What the ids of a region start with, the trunk's being "": `charge+fork/email/`. */
export const pathOf = (id: NodeId): string => id.slice(0, id.lastIndexOf("/") + 1)

/** The path of the region `region` of node `owner`. */
export const pathInto = ({ owner, region }: Place): string => `${owner}/${region}/`
