// What a run remembers beside its strands: values that the author keeps by name, what there is to undo, and the
// outcome of a run that still undoes. A note is stored like a strand that has ended. Its id begins with "~", or with the
// id of the strand that it belongs to, so that it goes when that strand goes, and ends with "~": no strand's does either.
import type { NodeId } from "../ir/Node.ts"
import { pathOf } from "../ir/Place.ts"
import { nodeAt, type Plan } from "./Plan.ts"
import type { Strand, StrandId } from "./Strand.ts"

export interface Note<Value> {
  readonly id: string
  /** Of something to undo: the node that did it. Null once it is undone, and for every other note. */
  readonly node: NodeId | null
  readonly value: Value
  /** Of the strand when it was noted. */
  readonly indices: ReadonlyArray<number>
}

/** A tag of an error may have "~" inside of an id; no strand's begins or ends with it. */
export const isNote = (id: string): boolean => id.startsWith("~") || id.endsWith("~")

/** The outcome of a run that still undoes. */
export const endingId = "~ending"

/** What is to undo stands below this, as the members of a group do. */
export const undoPath = "~undo"

/** What the run last published. Stores keep it, as all that starts with "~~", when the run has ended. */
export const publishedId = "~~published"

/** Whether a stored note stays when its run has completed. */
export const outlivesRun = (id: string): boolean => id.startsWith("~~")

/** Ids in the order in which the tasks completed. */
export const undoId = (count: number): string => `${undoPath}/${String(count).padStart(9, "0")}`

export const isUndo = (id: string): boolean => id.startsWith(`${undoPath}/`)

const keptId = (strand: StrandId, keep: NodeId): string => `${strand}~${keep}~`

/** The value of `strand`, kept by the node `keep` where it stands: in this round of what encloses it. */
export const keptBy = <Value>(
  { id, indices, value }: Strand<Value>,
  keep: NodeId
): Note<Value> => ({ id: keptId(id, keep), node: null, value, indices })

/** Ends the id of a node that keeps, before the name: `charge+keep.receipt`. */
const keepMark = "+keep."

/** The names that are kept in sight of a node, each with the node that keeps it: outwards up to its workflow. */
export const keptInSight = (plan: Plan, id: NodeId): ReadonlyMap<string, NodeId> => {
  const found = new Map<string, NodeId>()
  let here: NodeId | null = id
  while (here !== null) {
    const { owner }: { readonly owner: NodeId | null } = nodeAt(plan, here)
    const path = pathOf(here)
    for (const keep of plan.keeps.get(path) ?? []) {
      const name = keep.slice(keep.lastIndexOf(keepMark) + keepMark.length)
      if (!found.has(name)) found.set(name, keep)
    }
    if (owner !== null && nodeAt(plan, owner).node._tag === "Inline") break
    here = owner
  }
  return found
}

/** The value that `keep` has kept, as `strand` sees it; undefined when it was not reached. */
export const kept = <Value>(
  held: {
    readonly notes: ReadonlyMap<string, Note<Value>>
    readonly strands: ReadonlyMap<StrandId, Strand<Value>>
  },
  strand: Strand<Value>,
  keep: NodeId
): Note<Value> | undefined => {
  let at: Strand<Value> | undefined = strand
  while (at !== undefined) {
    const note = held.notes.get(keptId(at.id, keep))
    // What an earlier round has kept is out of sight: this round has not come there.
    if (note?.indices.every((index, level) => index === strand.indices[level])) return note
    at = at.parent === null ? undefined : held.strands.get(at.parent)
  }
  return undefined
}
