// Small runs by script: how long each call takes, which of them fail, and what functions say.
import type { Definition } from "../../src/ir/Definition.ts"
import type { Node, NodeId } from "../../src/ir/Node.ts"
import type { Call, World } from "./calls.ts"
import { type Options, simulate } from "./simulation.ts"

export const define = (nodes: Record<NodeId, Node>): Definition => ({
  format: 1,
  workflow: "kinds",
  version: "1",
  entry: Object.keys(nodes)[0] ?? null,
  nodes
})

export const task = (next: NodeId | null = null): Node => ({ _tag: "Task", task: "t", next })
export interface Script extends Partial<Options> {
  /** How long a call takes, by node, or by node and indices: `t`, `t 0,1`. Else 10. */
  readonly ms?: Readonly<Record<string, number>>
  /** Which calls fail, in the same way. */
  readonly fails?: ReadonlyArray<string>
  readonly says?: (at: {
    readonly node: NodeId
    readonly indices: ReadonlyArray<number>
  }) => string | boolean | number
  readonly overlap?: boolean
}

/** What a run comes to, and its calls as `node[indices] at ms`. */
export const run = (nodes: Record<NodeId, Node>, script: Script = {}) => {
  const { fails = [], ms = {}, overlap = true, says = () => false, ...options } = script
  const world: World = {
    overlap,
    isSent: () => false,
    attempt: ({ indices, node }) => ({
      ms: ms[`${node} ${indices.join()}`] ?? ms[node] ?? 10,
      fails: fails.includes(node) || fails.includes(`${node} ${indices.join()}`),
      retryable: true,
      random: 0
    }),
    decide: (_, at) => says(at)
  }
  const { calls, endedAtMs, outcome } = simulate(define(nodes), { input: "1", world, ...options })
  return { outcome, endedAtMs, calls: calls.map(toLine) }
}

export const toLine = ({ atMs, indices, node }: Call) => `${node}[${indices.join()}] at ${atMs}`
export const completed = (value: string) => ({ _tag: "Completed", value })
export const failed = (error: string, node: NodeId) => ({ _tag: "Failed", error, node })
