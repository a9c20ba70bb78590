// What a strand does at the node where it has arrived: it is called for, waits, opens others, or passes through.
// `enter` is the switch over every kind of node.
import type { AwaitSignal, Delay, ForEach, Node, NodeId, Route, SleepUntil } from "../ir/Node.ts"
import type { Draft } from "./Draft.ts"
import { fail } from "./Ending.ts"
import { openElements, openFork } from "./Opening.ts"
import { keptBy } from "./Note.ts"
import { nodeAt } from "./Plan.ts"
import { startOver } from "./Restart.ts"
import type { Strand } from "./Strand.ts"

export const enter = <Value>(draft: Draft<Value>, strand: Strand<Value>): void => {
  if (strand.node === null) return draft.leave(strand, null)
  const planned = nodeAt(draft.plan, strand.node)
  const { id, node } = planned
  switch (node._tag) {
    case "Task":
    case "Publish":
      return draft.call(strand)
    case "Delay":
      return delay(draft, strand, id, node)
    case "SleepUntil":
      return sleepUntil(draft, strand, id, node)
    case "AwaitSignal":
      return awaitSignal(draft, strand, id, node)
    case "Fork":
      return openFork(draft, strand, node)
    case "ForEach":
      return forEach(draft, strand, id, node)
    case "Keep":
      draft.setNote(keptBy(strand, id))
      return draft.leave(strand, node.next)
    case "ContinueAs":
      return startOver(draft, strand)
    case "Route":
      return "property" in node.on
        ? takeArm(draft, strand, draft.values.property(strand.value, node.on.property))
        : draft.call(strand)
    // Arrivals land inside what these enclose: this one encloses nothing.
    case "Loop":
    case "Catch":
    case "Inline":
      return draft.leave(strand, node.next)
  }
}

/**
 * Whether a run that is taken up again must not arrive at `node` a second time: its deadline would begin anew,
 * or the history would say twice that it waits.
 */
export const isArrivalKept = (node: Node): boolean =>
  node._tag === "AwaitSignal" || (node._tag === "Task" && node.policy?.deadlineMs !== undefined)

const delay = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  id: NodeId,
  { next, policy }: Delay
): void =>
  policy.ms === 0
    ? draft.leave(strand, next)
    : waitUntil(draft, strand, { node: id, atMs: draft.atMs + policy.ms })

const sleepUntil = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  id: NodeId,
  node: SleepUntil
): void => {
  if (node.at !== undefined) draft.call(strand)
  else wakeAt(draft, strand, { node: id, atMs: node.policy?.atMs ?? 0 })
}

/** A time that is past does not park. */
export const wakeAt = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  until: { readonly node: NodeId; readonly atMs: number }
): void => {
  if (until.atMs > draft.atMs) waitUntil(draft, strand, until)
  else draft.leave(strand, nodeAt(draft.plan, until.node).node.next)
}

const waitUntil = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  { atMs, node }: { readonly node: NodeId; readonly atMs: number }
): void => {
  draft.record({ _tag: "DelayStarted", atMs: draft.atMs, node, untilMs: atMs })
  draft.put({ ...strand, wakeAtMs: atMs })
}

const awaitSignal = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  id: NodeId,
  node: AwaitSignal
): void => {
  if (receive(draft, strand, node)) return
  const timeoutMs = node.policy?.timeoutMs
  draft.record({ _tag: "SignalAwaited", atMs: draft.atMs, node: id, signal: node.signal })
  draft.put({ ...strand, wakeAtMs: timeoutMs === undefined ? null : draft.atMs + timeoutMs })
}

/** Gives `strand` the oldest signal that it waits for; false when there is none. */
export const receive = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  node: AwaitSignal
): boolean => {
  if (strand.node === null) return false
  const signal = draft.take(node.signal)
  if (signal === undefined) return false
  const { atMs } = draft
  draft.record({ _tag: "SignalReceived", atMs, node: strand.node, signal: node.signal })
  draft.leave({ ...strand, value: signal.payload, inherits: false, wakeAtMs: null }, node.next)
  return true
}

const forEach = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  id: NodeId,
  node: ForEach
): void => {
  const items = draft.values.elements(strand.value)
  if (items === null) {
    const error = draft.values.notAList(id)
    return fail(draft, strand, { error, summary: draft.values.summaryOf(error), node: id })
  }
  if (items.length > 0) return openElements(draft, strand, { node, items })
  draft.leave({ ...strand, value: draft.values.list([]), inherits: false }, node.next)
}

/** Goes into the arm that `key` names; the route's value passes into it. */
export const takeArm = <Value>(draft: Draft<Value>, strand: Strand<Value>, key: string): void => {
  if (strand.node === null) return
  const { id, node } = nodeAt(draft.plan, strand.node)
  if (node._tag !== "Route") return
  const entry = armOf(node, key)
  if (entry === undefined) {
    const error = draft.values.routeKeyNotFound({ node: id, key, arms: Object.keys(node.arms) })
    return fail(draft, strand, { error, summary: draft.values.summaryOf(error), node: id })
  }
  draft.record({ _tag: "ArmTaken", atMs: draft.atMs, node: id, key })
  draft.leave(strand, entry ?? node.next)
}

const armOf = ({ arms, otherwise }: Route, key: string): NodeId | null | undefined =>
  Object.hasOwn(arms, key) ? arms[key] : otherwise
