// What a run asks of the world, and how the world answers: the same for the naive interpreter and for the simulation.
import type { Node, NodeId } from "../../src/ir/Node.ts"
import type { Seen } from "./scope.ts"

/** How the world answers: by place and attempt alone, so that the order of asking does not matter. */
export interface World {
  /** Of a task, and of the function of a node. It takes at least a millisecond where order shall be certain. */
  readonly attempt: (at: Place, attempt: number) => Attempt
  /** What the function of a node says, when its attempt succeeds. */
  readonly decide: (node: Node, at: Place) => string | boolean | number
  /** Whether this signal is there for whoever waits for it. */
  readonly isSent: (signal: string) => boolean
  /** Whether branches run side by side. */
  readonly overlap: boolean
}

export interface Place {
  readonly node: NodeId
  readonly indices: Indices
}

export type Indices = ReadonlyArray<number>

export interface Attempt {
  readonly ms: number
  readonly fails: boolean
  readonly retryable: boolean
  readonly random: number
}

export interface Call extends Place {
  readonly attempt: number
  readonly value: string
  readonly atMs: number
  /** What is kept in sight of it; nothing where something is undone. */
  readonly seen: Seen
}

/** A call that may also not be made is one that would begin just when its strand is stopped. */
export interface Expected extends Call {
  readonly isSure: boolean
}
