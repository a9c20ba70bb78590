// A strand is one line of sequential progress in a run: the trunk, a branch of a fork, an element of a list.
// Where it stands and the value that it carries are all that a run has to remember.
import type { NodeId } from "../ir/Node.ts"
import { landing, type Plan, type PlannedNode } from "./Plan.ts"

/** "" for the trunk, else where it was opened and as what: `charge+fork/email`, `each/17`. Unique in its run. */
export type StrandId = string

export const trunk: StrandId = ""

/** `Value` is opaque here: the value itself in process, its stored text in a durable run. */
export interface Strand<Value> {
  readonly id: StrandId
  /** The strand that opened this one and waits for it; null for the trunk. */
  readonly parent: StrandId | null
  /** The node where the strand stands; null when it has ended and `value` is its output. */
  readonly node: NodeId | null
  readonly value: Value
  /** Whether `value` is still the one that the strand was opened with, stored with its parent or as the run's input. */
  readonly inherits: boolean
  /** When the strand reached `node`. */
  readonly sinceMs: number
  /** Attempts at `node` that have failed. Of a strand that has ended: 1 when it ended by failing, else 0. */
  readonly failures: number
  /** Which round of each enclosing loop, which element of each enclosing list: outermost first, from 0. */
  readonly indices: ReadonlyArray<number>
  /** When the strand goes on by itself: end of a delay, next attempt, timeout of a wait. Null when nothing is timed. */
  readonly wakeAtMs: number | null
}

/** What strands are called that `strand` opens at `node`: this, and "/", and a name or an index. */
export const groupId = (strand: Strand<unknown>, { local }: PlannedNode): string =>
  `${strand.id}${local}`

/** The name or index of `strand` in the group `group`. */
export const memberName = (strand: Strand<unknown>, group: string): string =>
  strand.id.slice(group.length + 1)

/** Whether a strand has ended by failing; its value is the error then. */
export const hasFailed = ({ failures, node }: Strand<unknown>): boolean =>
  node === null && failures > 0

/** A strand that has just been opened, and stands where its region begins. */
export const opened = <Value>(
  plan: Plan,
  id: StrandId,
  from: Pick<Strand<Value>, "parent" | "value" | "sinceMs" | "indices"> & {
    readonly entry: NodeId | null
  }
): Strand<Value> => {
  const at = landing(plan, from.entry)
  return {
    id,
    parent: from.parent,
    node: at?.id ?? null,
    value: from.value,
    inherits: true,
    sinceMs: from.sinceMs,
    failures: 0,
    indices: at === null ? from.indices : padded(from.indices, at.depth),
    wakeAtMs: null
  }
}

/** Indices as they are `depth` loops and lists deep: what is left of these, and first rounds. */
export const padded = (indices: ReadonlyArray<number>, depth: number): ReadonlyArray<number> =>
  indices.length === depth
    ? indices
    : Array.from({ length: depth }, (_, level) => indices[level] ?? 0)

/** Whether `strand` is still as `fresh`, which follows from its parent: then nothing of it needs storing. */
export const isFresh = (strand: Strand<unknown>, fresh: Strand<unknown>): boolean =>
  strand.inherits &&
  strand.node === fresh.node &&
  strand.failures === 0 &&
  strand.wakeAtMs === null &&
  strand.indices.every((index, level) => index === fresh.indices[level])
