// A strand is one line of sequential progress in a run: the trunk, or a branch of a fork.
// Where it stands and the value that it carries are all that a run has to remember.
import type { NodeId } from "../ir/Node.ts"

/** "" for the trunk, else the path of the strand's region: `charge+fork/email`. Unique in its run. */
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
  /** Attempts at `node` that have failed. */
  readonly failures: number
  /** When the strand goes on by itself: end of a delay, next attempt, timeout of a wait. Null when nothing is timed. */
  readonly wakeAtMs: number | null
}

/** The strand that `id` names. A strand in a region owned by `owner` carries the region's name. */
export const childId = (owner: NodeId, region: string): StrandId => `${owner}/${region}`

export const opened = <Value>(
  id: StrandId,
  parent: StrandId | null,
  at: Pick<Strand<Value>, "node" | "value" | "sinceMs">
): Strand<Value> => ({
  id,
  parent,
  node: at.node,
  value: at.value,
  inherits: true,
  sinceMs: at.sinceMs,
  failures: 0,
  wakeAtMs: null
})

/** Whether a strand entered at `entry` can be told from its parent alone, so that nothing of it needs storing. */
export const isFresh = (strand: Strand<unknown>, entry: NodeId | null): boolean =>
  strand.inherits && strand.node === entry && strand.failures === 0 && strand.wakeAtMs === null
