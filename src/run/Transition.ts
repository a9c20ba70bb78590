// How a run moves: definition + snapshot + what happened -> what changes and what to do next.
// Pure and total: no clock, no randomness, no I/O. Whoever performs a step brings these in with the event,
// so the three ways of running a workflow, and every test of them, decide by this one function.
import type { NodeId } from "../ir/Node.ts"
import { follow, retry, succeed } from "./Called.ts"
import { Draft } from "./Draft.ts"
import { fail, rejoin } from "./Ending.ts"
import { receive } from "./Enter.ts"
import type { Group } from "./Group.ts"
import type { HistoryEvent } from "./History.ts"
import { nodeAt, type Plan } from "./Plan.ts"
import type { Note } from "./Note.ts"
import type { Signal, Snapshot } from "./Snapshot.ts"
import { type Strand, type StrandId, trunk } from "./Strand.ts"
import { comeTo, isUndoing, undoNext } from "./Undo.ts"

/** What happened. `atMs` is the time of the run's clock. */
export type Event<Value> =
  /** The run has done nothing yet: its trunk arrives at the entry. */
  | {
      readonly _tag: "Started"
      readonly atMs: number
      readonly signals: ReadonlyArray<Signal<Value>>
    }
  /** The run is taken up again: what is open needs to be called or joined. */
  | {
      readonly _tag: "Opened"
      readonly atMs: number
      readonly signals: ReadonlyArray<Signal<Value>>
    }
  | {
      readonly _tag: "Succeeded"
      readonly atMs: number
      readonly strand: Strand<Value>
      readonly value: Value
    }
  /** What a function of a node said: the key of a route, whether a loop goes on, until when to sleep. */
  | {
      readonly _tag: "Decided"
      readonly atMs: number
      readonly strand: Strand<Value>
      readonly decision: string | boolean | number
    }
  | Failed<Value>
  /** Time has passed: whatever is due goes on. */
  | { readonly _tag: "Woke"; readonly atMs: number }
  | {
      readonly _tag: "Signalled"
      readonly atMs: number
      readonly signals: ReadonlyArray<Signal<Value>>
    }
  | {
      readonly _tag: "Cancelled"
      readonly atMs: number
      readonly reason: string
      readonly by: string
    }

export interface Failed<Value> {
  readonly _tag: "Failed"
  readonly atMs: number
  /** As it was when it was called: a strand that has moved since is not meant. */
  readonly strand: Strand<Value>
  readonly error: Value
  /** One line for the history. */
  readonly summary: string
  /** False when the error, or the policy's predicate, rules another attempt out. */
  readonly retryable: boolean
  /** From 0 (included) to 1 (excluded), for the jitter. */
  readonly random: number
}

export type Outcome<Value> =
  | { readonly _tag: "Completed"; readonly value: Value }
  | { readonly _tag: "Failed"; readonly error: Value; readonly node: NodeId }
  | { readonly _tag: "Cancelled"; readonly reason: string; readonly by: string }

/** What a transition decided. Everything in it belongs to one checkpoint. */
export interface Step<Value> {
  /** Strands in their new state, those that need no storing included. */
  readonly changed: ReadonlyArray<Strand<Value>>
  /** The part of `changed` that a store must hold. */
  readonly stored: ReadonlyArray<Strand<Value>>
  readonly dropped: ReadonlyArray<StrandId>
  /** The same for a store, in one stroke: every strand whose id starts with one of these and "/" is gone. */
  readonly joined: ReadonlyArray<StrandId>
  /** By the strand that waits: how far the others are; null when it waits no longer. */
  readonly groups: ReadonlyMap<StrandId, Group<Value> | null>
  /** Notes that are new, or changed. */
  readonly notes: ReadonlyArray<Note<Value>>
  readonly undoCount: number
  readonly received: ReadonlyArray<Signal<Value>>
  readonly consumed: ReadonlyArray<Signal<Value>>
  /** Strands whose task is to be called, once this step is stored. */
  readonly calls: ReadonlyArray<StrandId>
  /** Strands whose call is to be interrupted and waited for, before this step is stored. */
  readonly stops: ReadonlyArray<StrandId>
  readonly events: ReadonlyArray<HistoryEvent>
  readonly outcome: Outcome<Value> | null
}

/** What a transition must be able to make of opaque values. */
export interface Values<Value> {
  readonly of: (plain: string | boolean) => Value
  /** The string that `of` was given. */
  readonly textOf: (value: Value) => string
  readonly record: (members: ReadonlyArray<readonly [name: string, value: Value]>) => Value
  readonly list: (elements: ReadonlyArray<Value>) => Value
  /** Null for what is no list. */
  readonly elements: (value: Value) => ReadonlyArray<Value> | null
  /** A property of a value, as the key of a route. */
  readonly property: (value: Value, name: string) => string
  /** `_tag` of an error, or its name; null where it has none. */
  readonly tagOf: (error: Value) => string | null
  readonly summaryOf: (error: Value) => string
  readonly notAList: (node: NodeId) => Value
  readonly routeKeyNotFound: (at: {
    readonly node: NodeId
    readonly key: string
    readonly arms: ReadonlyArray<string>
  }) => Value
  readonly loopLimitExceeded: (node: NodeId, max: number) => Value
  readonly tooFewBranches: (at: {
    readonly node: NodeId
    readonly needed: number
    readonly errors: ReadonlyArray<readonly [branch: string, error: Value]>
  }) => Value
  readonly signalTimedOut: (node: NodeId, signal: string, timeoutMs: number) => Value
  readonly deadlineExceeded: (at: {
    readonly node: NodeId
    readonly task: string
    readonly attempts: number
    readonly deadlineMs: number
    readonly error: Value
  }) => Value
}

/** Decides. Reads `snapshot`, changes nothing; an event about a strand that is gone decides nothing. */
export const decide = <Value>(
  plan: Plan,
  values: Values<Value>,
  snapshot: Snapshot<Value>,
  event: Event<Value>
): Step<Value> => {
  const draft = new Draft(plan, values, snapshot, event.atMs)
  switch (event._tag) {
    case "Started":
      begin(draft, event.signals)
      break
    case "Opened":
      open(draft, event.signals)
      break
    case "Succeeded":
      succeed(draft, event.strand, event.value)
      break
    case "Decided":
      follow(draft, event.strand, event.decision)
      break
    case "Failed":
      retry(draft, event)
      break
    case "Woke":
      wake(draft)
      break
    case "Signalled":
      signal(draft, event.signals)
      break
    case "Cancelled":
      cancel(draft, event.reason, event.by)
      break
  }
  return draft.finish()
}

const begin = <Value>(draft: Draft<Value>, signals: ReadonlyArray<Signal<Value>>): void => {
  draft.buffer(signals)
  const strand = draft.strand(trunk)
  if (strand === undefined) return
  if (strand.node === null) draft.endTrunk(strand)
  else draft.arrive(strand, strand.node)
}

const open = <Value>(draft: Draft<Value>, signals: ReadonlyArray<Signal<Value>>): void => {
  draft.buffer(signals)
  if (isUndoing(draft) && draft.snapshot.strands.size === 0) return undoNext(draft)
  for (const strand of longestFirst(draft.snapshot.strands)) {
    if (draft.strand(strand.id) === strand) reopen(draft, strand)
  }
  wake(draft)
}

/** A strand with a timer waits for it. Any other arrives where it stands, as if for the first time. */
const reopen = <Value>(draft: Draft<Value>, strand: Strand<Value>): void => {
  if (strand.node === null) {
    if (strand.parent === null) draft.endTrunk(strand)
    return
  }
  const { id, node } = nodeAt(draft.plan, strand.node)
  switch (node._tag) {
    case "Task":
    case "Publish":
    case "Loop":
      if (strand.wakeAtMs === null) draft.recall(strand)
      return
    case "AwaitSignal":
      if (receive(draft, strand, node) || strand.wakeAtMs !== null) return
      if (node.policy?.timeoutMs !== undefined) draft.arrive(strand, id)
      return
    case "Fork":
    case "ForEach": {
      const group = draft.group(strand.id)
      if (group === undefined || group.items?.length === 0) draft.arrive(strand, id)
      else if (group.left === 0) rejoin(draft, strand)
      return
    }
    case "Route":
      if ("select" in node.on) draft.recall(strand)
      else draft.arrive(strand, id)
      return
    case "SleepUntil":
      if (strand.wakeAtMs !== null) return
      if (node.at === undefined) draft.arrive(strand, id)
      else draft.recall(strand)
      return
    case "Delay":
    case "Keep":
    case "ContinueAs":
    case "Catch":
    case "Inline":
      if (strand.wakeAtMs === null) draft.arrive(strand, id)
  }
}

/** Everything that is due goes on, the earliest first; what is due at the same time, in an order that never differs. */
const wake = <Value>(draft: Draft<Value>): void => {
  const due = [...draft.snapshot.timed]
    .flatMap((id) => draft.snapshot.strands.get(id) ?? [])
    .filter(({ wakeAtMs }) => wakeAtMs !== null && wakeAtMs <= draft.atMs)
    .toSorted((a, b) => a.wakeAtMs! - b.wakeAtMs! || (a.id < b.id ? -1 : 1))
  for (const { id } of due) {
    const strand = draft.strand(id)
    // Gone, or moved on by what this same event has caused.
    if (strand === undefined || strand.node === null || strand.wakeAtMs === null) continue
    if (strand.wakeAtMs > draft.atMs) continue
    const { node } = nodeAt(draft.plan, strand.node)
    if (node._tag === "Task") draft.call({ ...strand, wakeAtMs: null })
    else if (node._tag === "Delay" || node._tag === "SleepUntil") {
      draft.record({ _tag: "DelayEnded", atMs: draft.atMs, node: strand.node })
      draft.leave(strand, node.next)
    } else if (node._tag === "AwaitSignal") timeOut(draft, strand, strand.node)
  }
}

/** A signal that is already buffered beats a timeout that is already due. */
const timeOut = <Value>(draft: Draft<Value>, strand: Strand<Value>, id: NodeId): void => {
  const { node } = nodeAt(draft.plan, id)
  if (node._tag !== "AwaitSignal" || receive(draft, strand, node)) return
  draft.record({ _tag: "SignalTimedOut", atMs: draft.atMs, node: id, signal: node.signal })
  if (node.onTimeout === undefined) {
    const timeoutMs = node.policy?.timeoutMs ?? 0
    const error = draft.values.signalTimedOut(id, node.signal, timeoutMs)
    fail(draft, strand, { error, summary: `SignalTimedOut: ${node.signal}`, node: id })
  } else draft.leave(strand, node.onTimeout ?? node.next)
}

const signal = <Value>(draft: Draft<Value>, signals: ReadonlyArray<Signal<Value>>): void => {
  draft.buffer(signals)
  const names = new Set(signals.map(({ name }) => name))
  for (const strand of longestFirst(draft.snapshot.strands)) {
    if (strand.node === null || draft.strand(strand.id) !== strand) continue
    const { node } = nodeAt(draft.plan, strand.node)
    if (node._tag === "AwaitSignal" && names.has(node.signal)) receive(draft, strand, node)
  }
}

/** Who has waited longest is served first, also after a restart, when the strands are read in another order. */
const longestFirst = <Value>(strands: Snapshot<Value>["strands"]): ReadonlyArray<Strand<Value>> =>
  [...strands.values()].toSorted((a, b) => a.sinceMs - b.sinceMs)

const cancel = <Value>(draft: Draft<Value>, reason: string, by: string): void => {
  // What already undoes goes on to the outcome that it has.
  if (!isUndoing(draft)) comeTo(draft, { _tag: "Cancelled", reason, by })
}
