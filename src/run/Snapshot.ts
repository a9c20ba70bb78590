// The state of one run in memory: its strands by id, and the signals that no strand has taken yet.
// Only `apply` changes it, and only by what a transition decided, so the stored and the held state agree.
import type { NodeId } from "../ir/Node.ts"
import { regions } from "../ir/Node.ts"
import { nodeAt, type Plan } from "./Plan.ts"
import type { Wait } from "./Status.ts"
import { childId, opened, type Strand, type StrandId, trunk } from "./Strand.ts"
import type { Step } from "./Transition.ts"

/** A buffered signal. `seq` rises in the order of arrival. */
export interface Signal<Value> {
  readonly seq: number
  readonly name: string
  readonly payload: Value
}

export interface Snapshot<Value> {
  readonly strands: Map<StrandId, Strand<Value>>
  /** For each strand that stands at a fork: how many of its branches have not ended. */
  readonly open: Map<StrandId, number>
  /** Strands that go on by themselves at some time. */
  readonly timed: Set<StrandId>
  /** Signals by name, oldest first. */
  readonly inbox: Map<string, Array<Signal<Value>>>
}

/** A run that has done nothing yet: its trunk is about to arrive at the entry. */
export const start = <Value>(plan: Plan, input: Value, nowMs: number): Snapshot<Value> => ({
  strands: new Map([
    [trunk, opened(trunk, null, { node: plan.entry, value: input, sinceMs: nowMs })]
  ]),
  open: new Map(),
  timed: new Set(),
  inbox: new Map()
})

/** What a store keeps of a strand: all but what follows from the others. `value` null: as it was opened. */
export interface StoredStrand<Value> {
  readonly id: StrandId
  readonly node: NodeId | null
  readonly value: Value | null
  readonly sinceMs: number
  readonly failures: number
  readonly wakeAtMs: number | null
}

export interface StoredRun<Value> {
  /** Null for a run whose trunk still stands at the entry, untried. */
  readonly trunk: StoredStrand<Value> | null
  readonly branches: ReadonlyArray<StoredStrand<Value>>
  readonly input: Value
  readonly startedAtMs: number
}

/** Reads what is open, from the trunk down. Linear in the open strands and the branches of open forks. */
export const restore = <Value>(plan: Plan, stored: StoredRun<Value>): Snapshot<Value> => {
  const rows = new Map(stored.branches.map((row) => [row.id, row]))
  const snapshot: Snapshot<Value> = {
    strands: new Map(),
    open: new Map(),
    timed: new Set(),
    inbox: new Map()
  }
  const at = { node: plan.entry, value: stored.input, sinceMs: stored.startedAtMs }
  const work = [revive(opened(trunk, null, at), stored.trunk)]
  for (let strand = work.pop(); strand !== undefined; strand = work.pop()) {
    put(snapshot, strand)
    if (strand.node === null) continue
    const { node } = nodeAt(plan, strand.node)
    if (node._tag !== "Fork") continue
    const branches = regions(node).map(({ entry, name }) => {
      const id = childId(strand.node as NodeId, name)
      const fresh = opened(id, strand.id, {
        node: entry,
        value: strand.value,
        sinceMs: strand.sinceMs
      })
      return revive(fresh, rows.get(id) ?? null)
    })
    const open = branches.filter((branch) => branch.node !== null).length
    if (open > 0) snapshot.open.set(strand.id, open)
    work.push(...branches.toReversed())
  }
  return snapshot
}

const revive = <Value>(fresh: Strand<Value>, row: StoredStrand<Value> | null): Strand<Value> =>
  row === null
    ? fresh
    : {
        ...fresh,
        node: row.node,
        value: row.value === null ? fresh.value : row.value,
        inherits: row.value === null,
        sinceMs: row.sinceMs,
        failures: row.failures,
        wakeAtMs: row.wakeAtMs
      }

export const toStored = <Value>(strand: Strand<Value>): StoredStrand<Value> => ({
  id: strand.id,
  node: strand.node,
  value: strand.inherits ? null : strand.value,
  sinceMs: strand.sinceMs,
  failures: strand.failures,
  wakeAtMs: strand.wakeAtMs
})

export const apply = <Value>(snapshot: Snapshot<Value>, step: Step<Value>): void => {
  for (const id of step.dropped) {
    snapshot.strands.delete(id)
    snapshot.open.delete(id)
    snapshot.timed.delete(id)
  }
  for (const strand of step.changed) put(snapshot, strand)
  for (const [id, count] of step.open) {
    if (count === 0) snapshot.open.delete(id)
    else snapshot.open.set(id, count)
  }
  for (const signal of step.received) receive(snapshot, signal)
  for (const signal of step.consumed) take(snapshot, signal)
}

const put = <Value>(snapshot: Snapshot<Value>, strand: Strand<Value>): void => {
  snapshot.strands.set(strand.id, strand)
  if (strand.wakeAtMs === null) snapshot.timed.delete(strand.id)
  else snapshot.timed.add(strand.id)
}

const receive = <Value>(snapshot: Snapshot<Value>, signal: Signal<Value>): void => {
  const queue = snapshot.inbox.get(signal.name)
  if (queue === undefined) snapshot.inbox.set(signal.name, [signal])
  else queue.push(signal)
}

const take = <Value>(snapshot: Snapshot<Value>, signal: Signal<Value>): void => {
  const queue = snapshot.inbox.get(signal.name)
  if (queue === undefined) return
  if (queue.length === 1) snapshot.inbox.delete(signal.name)
  else queue.shift()
}

/** When the first of the waiting strands goes on by itself; null when none will. */
export const nextWakeMs = (snapshot: Snapshot<unknown>): number | null => {
  let earliest: number | null = null
  for (const id of snapshot.timed) {
    const wakeAtMs = snapshot.strands.get(id)?.wakeAtMs ?? null
    if (wakeAtMs !== null && (earliest === null || wakeAtMs < earliest)) earliest = wakeAtMs
  }
  return earliest
}

/** What each waiting strand waits for, in the order of the strands. */
export const waits = (plan: Plan, snapshot: Snapshot<unknown>): ReadonlyArray<Wait> =>
  [...snapshot.strands.values()].flatMap((strand) => {
    const wait = waitOf(plan, strand)
    return wait === null ? [] : [wait]
  })

const waitOf = (plan: Plan, strand: Strand<unknown>): Wait | null => {
  if (strand.node === null) return null
  const { id, node } = nodeAt(plan, strand.node)
  const atMs = strand.wakeAtMs
  switch (node._tag) {
    case "Task":
      return atMs === null
        ? { _tag: "Task", node: id, task: node.task }
        : { _tag: "Retry", node: id, attempt: strand.failures + 1, atMs }
    case "Delay":
      return atMs === null ? null : { _tag: "Timer", node: id, atMs }
    case "AwaitSignal":
      return { _tag: "Signal", node: id, signal: node.signal, timeoutAtMs: atMs }
    case "Fork":
      return null
  }
}
