// What came of a call: a value, a decision, or a failure that the policy may answer with another attempt.
import type { TaskPolicy } from "../ir/Node.ts"
import { delayBeforeRetry } from "../ir/RetryPolicy.ts"
import type { Draft } from "./Draft.ts"
import { fail } from "./Ending.ts"
import { takeArm, wakeAt } from "./Enter.ts"
import { isUndo, publishedId } from "./Note.ts"
import { nodeAt } from "./Plan.ts"
import type { Strand } from "./Strand.ts"
import type { Failed } from "./Transition.ts"
import { undone } from "./Undo.ts"

/** The strand that was called, if it still stands where it stood: what it caused meanwhile may have moved it on. */
const called = <Value>(draft: Draft<Value>, was: Strand<Value>): Strand<Value> | undefined => {
  const strand = draft.strand(was.id)
  const isSame =
    strand?.node === was.node &&
    strand.failures === was.failures &&
    strand.sinceMs === was.sinceMs &&
    strand.indices.every((index, level) => index === was.indices[level])
  return isSame ? strand : undefined
}

export const succeed = <Value>(draft: Draft<Value>, was: Strand<Value>, value: Value): void => {
  const strand = called(draft, was)
  if (strand === undefined || strand.node === null) return
  if (isUndo(strand.id)) return undone(draft, strand, null)
  const { node } = nodeAt(draft.plan, strand.node)
  if (node._tag === "Publish") {
    draft.setNote({ id: publishedId, node: null, value, indices: [] })
    return draft.leave(strand, node.next)
  }
  if (node._tag !== "Task") return
  const { atMs } = draft
  draft.record({ _tag: "TaskCompleted", atMs, node: strand.node, attempt: strand.failures + 1 })
  const done = { ...strand, value, inherits: false }
  if (node.undo !== undefined) draft.noteUndo(done)
  draft.leave(done, node.next)
}

/** Goes the way that the function of a node has decided. */
export const follow = <Value>(
  draft: Draft<Value>,
  was: Strand<Value>,
  decision: string | boolean | number
): void => {
  const strand = called(draft, was)
  if (strand === undefined || strand.node === null) return
  const { depth, id, node } = nodeAt(draft.plan, strand.node)
  if (node._tag === "Route") return takeArm(draft, strand, String(decision))
  if (node._tag === "SleepUntil") return wakeAt(draft, strand, { node: id, atMs: Number(decision) })
  if (node._tag !== "Loop") return
  if (decision !== true) return draft.leave(strand, node.next)
  const round = (strand.indices[depth] ?? 0) + 1
  if (round < node.policy.max) {
    draft.record({ _tag: "LoopRepeated", atMs: draft.atMs, node: id, round })
    const indices = [...strand.indices.slice(0, depth), round]
    return draft.repeat({ ...strand, indices }, node)
  }
  if (node.policy.onMax === "continue") return draft.leave(strand, node.next)
  const error = draft.values.loopLimitExceeded(id, node.policy.max)
  fail(draft, strand, { error, summary: draft.values.summaryOf(error), node: id })
}

/** An attempt has failed: there is another, at once or later, or the strand fails. */
export const retry = <Value>(draft: Draft<Value>, event: Failed<Value>): void => {
  const strand = called(draft, event.strand)
  if (strand === undefined || strand.node === null) return
  const { id, node } = nodeAt(draft.plan, strand.node)
  const { error, summary } = event
  const own: TaskPolicy = node._tag === "Task" ? (node.policy ?? {}) : {}
  const policy: TaskPolicy = isUndo(strand.id) ? (own.undo ?? {}) : own
  const failures = strand.failures + 1
  const { deadlineMs, retry: rule } = policy
  const retries = event.retryable && rule !== undefined && failures <= rule.maxRetries
  const retryAtMs = retries ? draft.atMs + delayBeforeRetry(rule, failures, event.random) : null
  const isLate =
    retryAtMs !== null && deadlineMs !== undefined && retryAtMs >= strand.sinceMs + deadlineMs
  const isLast = retryAtMs === null || isLate
  draft.record({
    _tag: isUndo(strand.id) ? "CompensationAttemptFailed" : "AttemptFailed",
    atMs: draft.atMs,
    node: id,
    attempt: failures,
    error: summary,
    retryAtMs: isLast ? null : retryAtMs
  })
  if (isLast && isUndo(strand.id)) undone(draft, strand, summary)
  else if (retryAtMs === null) fail(draft, strand, { error, summary, node: id })
  else if (isLate && node._tag === "Task") {
    const at = { node: id, task: node.task, attempts: failures, deadlineMs, error }
    fail(draft, strand, { error: draft.values.deadlineExceeded(at), summary, node: id })
  } else if (retryAtMs > draft.atMs) draft.put({ ...strand, failures, wakeAtMs: retryAtMs })
  else draft.call({ ...strand, failures })
}
