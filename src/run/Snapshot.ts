// The state of one run in memory: its strands by id, and the signals that no strand has taken yet.
// Only `apply` changes it, and only by what a transition decided, so the stored and the held state agree.
import { functionOf, type Node, type NodeId } from "../ir/Node.ts"
import type { Group } from "./Group.ts"
import { endingId, isNote, isUndo, type Note } from "./Note.ts"
import { nodeAt, type Plan, type PlannedNode } from "./Plan.ts"
import type { Wait } from "./Status.ts"
import { groupId, opened, type Strand, type StrandId, trunk } from "./Strand.ts"
import type { Step } from "./Transition.ts"

/** A buffered signal. `seq` rises in the order of arrival. */
export interface Signal<Value> {
  readonly seq: number
  readonly name: string
  readonly payload: Value
}

export interface Snapshot<Value> {
  readonly strands: Map<StrandId, Strand<Value>>
  /** For each strand that waits for others: how far these are. */
  readonly groups: Map<StrandId, Group<Value>>
  readonly notes: Map<string, Note<Value>>
  /** Tasks that have completed and are not undone: their notes are numbered from 0. */
  undoCount: number
  /** Strands that go on by themselves at some time. */
  readonly timed: Set<StrandId>
  /** Signals by name, oldest first. */
  readonly inbox: Map<string, Array<Signal<Value>>>
}

/** A run that has done nothing yet: its trunk is about to arrive at the entry. */
export const start = <Value>(plan: Plan, input: Value, nowMs: number): Snapshot<Value> => ({
  strands: new Map([[trunk, openedTrunk(plan, input, nowMs)]]),
  groups: new Map(),
  notes: new Map(),
  undoCount: 0,
  timed: new Set(),
  inbox: new Map()
})

const openedTrunk = <Value>(plan: Plan, value: Value, sinceMs: number): Strand<Value> =>
  opened(plan, trunk, { parent: null, value, sinceMs, indices: [], entry: plan.entry })

/** What a store keeps of a strand: all but what follows from the others. `value` null: as it was opened. */
export interface StoredStrand<Value> {
  readonly id: StrandId
  readonly node: NodeId | null
  readonly value: Value | null
  readonly sinceMs: number
  readonly failures: number
  readonly indices: ReadonlyArray<number>
  readonly wakeAtMs: number | null
}

export interface StoredRun<Value> {
  /** Null for a run whose trunk still stands at the entry, untried. */
  readonly trunk: StoredStrand<Value> | null
  readonly branches: ReadonlyArray<StoredStrand<Value>>
  readonly input: Value
  readonly startedAtMs: number
}

/** Takes a list apart; null for what is no list. */
export type Elements<Value> = (value: Value) => ReadonlyArray<Value> | null

/** Reads what is open, from the trunk down. Linear in the open strands and the members of open groups. */
export const restore = <Value>(
  plan: Plan,
  stored: StoredRun<Value>,
  elements: Elements<Value>
): Snapshot<Value> => {
  const rows = new Map(stored.branches.filter(({ id }) => !isNote(id)).map((row) => [row.id, row]))
  const snapshot: Snapshot<Value> = {
    strands: new Map(),
    groups: new Map(),
    notes: new Map(),
    undoCount: 0,
    timed: new Set(),
    inbox: new Map()
  }
  for (const { id, indices, node, value } of stored.branches) {
    if (!isNote(id) || value === null || (isUndo(id) && node === null)) continue
    snapshot.notes.set(id, { id, node, value, indices })
    if (isUndo(id)) snapshot.undoCount += 1
  }
  if (snapshot.notes.has(endingId)) {
    // A note has no time: one that has is called, or waits for another attempt.
    const again = stored.branches.filter((row) => isUndo(row.id) && row.node && row.sinceMs > 0)
    for (const row of again) put(snapshot, undoing(row))
    return snapshot
  }
  const work = [revive(openedTrunk(plan, stored.input, stored.startedAtMs), stored.trunk)]
  for (let strand = work.pop(); strand !== undefined; strand = work.pop()) {
    put(snapshot, strand)
    if (strand.node === null) continue
    const planned = nodeAt(plan, strand.node)
    const fresh = freshMembers(plan, strand, planned, elements)
    if (fresh === null) continue
    const found = fresh.members.map((member) => rows.get(member.id))
    const { node } = planned
    const last = found.findLastIndex((row) => row !== undefined)
    const ended = found.filter((row) => row?.node === null).length
    const left = found.length - ended
    // Members are opened in order: those before the last that is stored have been, and so many more as may run.
    const most = node._tag === "ForEach" ? node.policy.concurrency : found.length
    const limit = plan.overlap ? most : 1
    const next = Math.min(found.length, Math.max(last + 1, ended + limit))
    snapshot.groups.set(strand.id, { left, next, items: fresh.items })
    for (let index = next - 1; index >= 0; index--) {
      const member = fresh.members[index]
      if (member !== undefined) work.push(revive(member, found[index] ?? null))
    }
  }
  return snapshot
}

interface Fresh<Value> {
  readonly members: ReadonlyArray<Strand<Value>>
  readonly items: ReadonlyArray<Value> | null
}

/** The members of the group that `parent` waits for, as they were opened; null when it waits for none. */
const freshMembers = <Value>(
  plan: Plan,
  parent: Strand<Value>,
  planned: PlannedNode,
  elements: Elements<Value>
): Fresh<Value> | null => {
  const { node } = planned
  const group = groupId(parent, planned)
  const from = { parent: parent.id, sinceMs: parent.sinceMs }
  if (node._tag === "ForEach") {
    const items = elements(parent.value)
    if (items === null) return null
    const members = items.map((value, index) =>
      opened(plan, `${group}/${index}`, {
        ...from,
        value,
        entry: node.body,
        indices: [...parent.indices, index]
      })
    )
    return { members, items }
  }
  if (node._tag !== "Fork") return null
  const { indices, value } = parent
  const members = planned.regions.map(({ entry, name }) =>
    opened(plan, `${group}/${name}`, { ...from, value, entry, indices })
  )
  return { members, items: null }
}

/** A note as a store keeps it. */
export const toRow = <Value>({ id, indices, node, value }: Note<Value>): StoredStrand<Value> => ({
  id,
  node,
  value,
  sinceMs: 0,
  failures: 0,
  indices,
  wakeAtMs: null
})

/** What undoes, since when, and how often it has failed. */
const undoing = <Value>(row: StoredStrand<Value>): Strand<Value> => ({
  ...row,
  parent: null,
  // A note has its value.
  value: row.value as Value,
  inherits: false
})

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
        indices: row.indices,
        wakeAtMs: row.wakeAtMs
      }

export const toStored = <Value>(strand: Strand<Value>): StoredStrand<Value> => ({
  id: strand.id,
  node: strand.node,
  value: strand.inherits ? null : strand.value,
  sinceMs: strand.sinceMs,
  failures: strand.failures,
  indices: strand.indices,
  wakeAtMs: strand.wakeAtMs
})

export const apply = <Value>(snapshot: Snapshot<Value>, step: Step<Value>): void => {
  for (const prefix of step.joined) {
    for (const id of snapshot.notes.keys()) {
      if (id.startsWith(`${prefix}/`)) snapshot.notes.delete(id)
    }
  }
  for (const note of step.notes) {
    if (isUndo(note.id) && note.node === null) snapshot.notes.delete(note.id)
    else snapshot.notes.set(note.id, note)
  }
  snapshot.undoCount = step.undoCount
  for (const id of step.dropped) {
    snapshot.strands.delete(id)
    snapshot.groups.delete(id)
    snapshot.timed.delete(id)
  }
  for (const strand of step.changed) put(snapshot, strand)
  for (const [id, group] of step.groups) {
    if (group === null) snapshot.groups.delete(id)
    else snapshot.groups.set(id, group)
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

/** Whether the time of a wait for a signal is up. */
export const isWaitDue = (plan: Plan, snapshot: Snapshot<unknown>, nowMs: number): boolean =>
  [...snapshot.timed].some((id) => {
    const { node = null, wakeAtMs = null } = snapshot.strands.get(id) ?? {}
    if (node === null || wakeAtMs === null || wakeAtMs > nowMs) return false
    return nodeAt(plan, node).node._tag === "AwaitSignal"
  })

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
        ? { _tag: "Task", node: id, task: (isUndo(strand.id) && node.undo) || node.task }
        : { _tag: "Retry", node: id, attempt: strand.failures + 1, atMs }
    case "Delay":
    case "SleepUntil":
      return atMs === null ? uncalled(id, node) : { _tag: "Timer", node: id, atMs }
    case "AwaitSignal":
      return { _tag: "Signal", node: id, signal: node.signal, timeoutAtMs: atMs }
    case "Route":
    case "Loop":
    case "Publish":
      return uncalled(id, node)
    case "Fork":
    case "ForEach":
    case "Catch":
    case "Inline":
    case "Keep":
    case "ContinueAs":
      return null
  }
}

/** A node stands still that has a function to call only where that is missing. */
const uncalled = (node: NodeId, of: Node): Wait | null => {
  const task = functionOf(of)
  return task === undefined ? null : { _tag: "Task", node, task }
}
