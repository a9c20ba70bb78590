// A workflow that starts over: everything in it ends, and its first node comes again, in another round.
import type { Draft } from "./Draft.ts"
import { isGroup, nodeAt, workflowOf } from "./Plan.ts"
import type { Strand } from "./Strand.ts"

export const startOver = <Value>(draft: Draft<Value>, strand: Strand<Value>): void => {
  if (strand.node === null) return
  const { plan } = draft
  const workflow = workflowOf(plan, strand.node)
  const entry = workflow === null ? plan.entry : bodyOf(draft, workflow)
  const holder = holderOf(draft, strand, workflow)
  if (entry === null || holder === undefined || holder.node === null) return
  if (holder.id !== strand.id) draft.dropGroup(holder)
  if (workflow === null) draft.forgetUndos()
  const level = nodeAt(plan, entry).depth - 1
  const round = (strand.indices[level] ?? 0) + 1
  draft.record({ _tag: "StartedOver", atMs: draft.atMs, node: strand.node, round })
  const indices = [...strand.indices.slice(0, level), round]
  draft.arrive({ ...holder, value: strand.value, inherits: false, indices }, entry)
}

const bodyOf = <Value>({ plan }: Draft<Value>, id: string): string | null => {
  const { node } = nodeAt(plan, id)
  return node._tag === "Inline" ? node.body : null
}

/** The strand on which the workflow runs that `strand` is part of: itself, or one that opened it. */
const holderOf = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  workflow: string | null
): Strand<Value> | undefined => {
  let holder: Strand<Value> | undefined = strand
  for (let here = strand.node; here !== null && here !== workflow;) {
    const { owner } = nodeAt(draft.plan, here)
    if (owner !== null && isGroup(nodeAt(draft.plan, owner).node)) {
      const parent: string | null = holder?.parent ?? null
      holder = parent === null ? undefined : draft.strand(parent)
    }
    here = owner
  }
  return holder
}
