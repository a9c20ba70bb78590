// How a strand ends: with its value, which its group may join, or with an error. An error goes outwards until
// something takes it: a handler, or a join that counts failures. Whatever it passes on its way is stopped. Taken by
// nobody, it is the run's.
import type { NodeId } from "../ir/Node.ts"
import type { Draft } from "./Draft.ts"
import { type Verdict, verdict } from "./Group.ts"
import { membersOf, openNext } from "./Opening.ts"
import { isGroup, nodeAt, type PlannedNode } from "./Plan.ts"
import { comeTo } from "./Undo.ts"
import { groupId, hasFailed, memberName, type Strand } from "./Strand.ts"

export interface Failure<Value> {
  readonly error: Value
  /** One line for the history. */
  readonly summary: string
  /** Where it began. */
  readonly node: NodeId
}

export const fail = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  failure: Failure<Value>
): void => {
  if (strand.node === null) return
  draft.dropGroup(strand)
  const failed = { ...strand, value: failure.error, inherits: false, wakeAtMs: null }
  let here: NodeId = strand.node
  for (;;) {
    const { owner, region } = nodeAt(draft.plan, here)
    if (owner === null)
      return comeTo(draft, { _tag: "Failed", error: failure.error, node: failure.node })
    const { node } = nodeAt(draft.plan, owner)
    if (node._tag === "Catch" && region === "" && handle(draft, failed, owner, failure)) return
    if (isGroup(node)) return endMember(draft, failed, failure)
    here = owner
  }
}

/** `strand` has come to the end of its region, or has failed on the way. */
export const endMember = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  failure: Failure<Value> | null
): void => {
  const failures = failure === null ? 0 : 1
  const ended = { ...strand, node: null, wakeAtMs: null, failures, indices: [] }
  draft.put(ended)
  const parent = strand.parent === null ? undefined : draft.strand(strand.parent)
  const group = parent === undefined ? undefined : draft.group(parent.id)
  if (parent === undefined || parent.node === null || group === undefined) return
  const planned = nodeAt(draft.plan, parent.node)
  const branch = memberName(strand, groupId(parent, planned))
  if (failure === null)
    draft.record({ _tag: "BranchEnded", atMs: draft.atMs, node: planned.id, branch })
  const left = group.left - 1
  draft.setGroup(parent.id, { ...group, left })
  const meant = judge(draft, { parent, planned, ended, branch, left })
  if (meant._tag === "Waits") openNext(draft, parent)
  else conclude(draft, parent, { meant, failure })
}

/** All members of a group have ended, as it was taken up again. */
export const rejoin = <Value>(draft: Draft<Value>, parent: Strand<Value>): void => {
  if (parent.node === null) return
  const planned = nodeAt(draft.plan, parent.node)
  const group = groupId(parent, planned)
  const ended = membersOf(draft, parent, planned).flatMap(([, strand]) => strand ?? [])
  const last = ended.find(hasFailed) ?? ended.at(-1)
  if (last === undefined) return
  const branch = memberName(last, group)
  const meant = judge(draft, { parent, planned, ended: last, branch, left: 0 })
  if (meant._tag !== "Waits") conclude(draft, parent, { meant, failure: null })
}

interface Ended<Value> {
  readonly parent: Strand<Value>
  readonly planned: PlannedNode
  readonly ended: Strand<Value>
  readonly branch: string
  readonly left: number
}

const judge = <Value>(
  draft: Draft<Value>,
  { branch, ended, left, parent, planned }: Ended<Value>
): Verdict<Value> => {
  const { id, node } = planned
  const { values } = draft
  const members = () => membersOf(draft, parent, planned)
  if (node._tag === "Fork") {
    return verdict({ id, node, values, strand: ended, name: branch, left, members })
  }
  if (hasFailed(ended)) {
    return { _tag: "Fails", error: ended.value, summary: values.summaryOf(ended.value) }
  }
  if (left > 0) return { _tag: "Waits" }
  const outputs = members().map(([, strand]) => strand!.value)
  return { _tag: "Joins", value: values.list(outputs) }
}

interface Conclusion<Value> {
  readonly meant: Exclude<Verdict<Value>, { readonly _tag: "Waits" }>
  /** With what the last member failed; null when it succeeded. */
  readonly failure: Failure<Value> | null
}

/** Members that still run are stopped, and `parent` goes on, or fails. */
const conclude = <Value>(
  draft: Draft<Value>,
  parent: Strand<Value>,
  { failure, meant }: Conclusion<Value>
): void => {
  if (parent.node === null) return
  const planned = nodeAt(draft.plan, parent.node)
  if (meant._tag === "Fails") {
    const isOwn = failure?.error === meant.error
    return fail(draft, parent, isOwn ? failure : { ...meant, node: planned.id })
  }
  draft.dropGroup(parent)
  draft.leave({ ...parent, value: meant.value, inherits: false }, planned.node.next)
}

/** False when the catch at `id` has no handler for this error. */
const handle = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  id: NodeId,
  { error, summary }: Failure<Value>
): boolean => {
  const { node } = nodeAt(draft.plan, id)
  if (node._tag !== "Catch") return false
  const tag = draft.values.tagOf(error)
  const known = tag !== null && Object.hasOwn(node.handlers, tag)
  const entry = known ? node.handlers[tag] : node.handlers["*"]
  if (entry === undefined) return false
  draft.record({ _tag: "ErrorCaught", atMs: draft.atMs, node: id, error: summary })
  draft.leave({ ...strand, node: id }, entry ?? node.next)
  return true
}
