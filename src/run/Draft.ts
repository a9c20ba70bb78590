// The working copy of one transition: it reads the snapshot through its own changes, so that a chain of
// consequences (a branch ends, its fork joins, the trunk parks) becomes one step. Nothing recurses:
// strands that arrive somewhere wait in a list.
import type { AwaitSignal, Fork, Node, NodeId } from "../ir/Node.ts"
import { type Region, regions } from "../ir/Node.ts"
import type { HistoryEvent } from "./History.ts"
import { nodeAt, type Plan } from "./Plan.ts"
import type { Signal, Snapshot } from "./Snapshot.ts"
import { childId, isFresh, opened, type Strand, type StrandId } from "./Strand.ts"
import type { Outcome, Step, Values } from "./Transition.ts"

export class Draft<Value> {
  readonly plan: Plan
  readonly values: Values<Value>
  readonly snapshot: Snapshot<Value>
  readonly atMs: number
  readonly #changed = new Map<StrandId, Strand<Value>>()
  readonly #calls: Array<StrandId> = []
  readonly #events: Array<HistoryEvent> = []
  readonly #arrivals: Array<Strand<Value>> = []
  // Few transitions drop, fork or take anything: what they need for it is made when they do.
  #dropped: Set<StrandId> | null = null
  #open: Map<StrandId, number> | null = null
  #taken: Map<string, number> | null = null
  #joined: Array<StrandId> | null = null
  #stops: Array<StrandId> | null = null
  #consumed: Array<Signal<Value>> | null = null
  #received: ReadonlyArray<Signal<Value>> = []
  #outcome: Outcome<Value> | null = null
  #isSettling = false

  constructor(plan: Plan, values: Values<Value>, snapshot: Snapshot<Value>, atMs: number) {
    this.plan = plan
    this.values = values
    this.snapshot = snapshot
    this.atMs = atMs
  }

  strand(id: StrandId): Strand<Value> | undefined {
    if (this.#dropped?.has(id) === true) return undefined
    return this.#changed.get(id) ?? this.snapshot.strands.get(id)
  }

  put(strand: Strand<Value>): void {
    this.#changed.set(strand.id, strand)
    this.#dropped?.delete(strand.id)
  }

  call(id: StrandId): void {
    this.#calls.push(id)
  }

  note(event: HistoryEvent): void {
    this.#events.push(event)
  }

  buffer(signals: ReadonlyArray<Signal<Value>>): void {
    this.#received = signals
  }

  /** The run is over: whatever still runs is stopped. */
  end(outcome: Outcome<Value>): void {
    if (this.#outcome !== null) return
    this.#outcome = outcome
    this.#arrivals.length = 0
    this.#stops = [...this.snapshot.strands.values()]
      .filter(({ node }) => node !== null)
      .map(({ id }) => id)
  }

  /** `strand` is done with its node and goes on at `next`; null ends its region. */
  leave(strand: Strand<Value>, next: NodeId | null): void {
    let here = strand.node
    let to = next
    while (to === null && here !== null) {
      const owner: NodeId | null = nodeAt(this.plan, here).owner
      if (owner === null) return this.endTrunk(strand)
      const { node } = nodeAt(this.plan, owner)
      if (node._tag === "Fork") return this.#endBranch(strand, owner)
      here = owner
      to = node.next
    }
    if (to !== null) this.arrive(strand, to)
    this.#settle()
  }

  /** Puts `strand` at the node `id` and finds out what it needs there. */
  arrive(strand: Strand<Value>, id: NodeId): void {
    this.#arrivals.push({ ...strand, node: id, sinceMs: this.atMs, failures: 0, wakeAtMs: null })
  }

  /** Gives `strand` the oldest signal that it waits for; false when there is none. */
  receive(strand: Strand<Value>, node: AwaitSignal): boolean {
    const signal = this.#oldest(node.signal)
    if (signal === undefined || strand.node === null) return false
    this.#taken ??= new Map()
    this.#taken.set(node.signal, (this.#taken.get(node.signal) ?? 0) + 1)
    this.#consumed ??= []
    this.#consumed.push(signal)
    this.note({ _tag: "SignalReceived", atMs: this.atMs, node: strand.node, signal: node.signal })
    this.leave({ ...strand, value: signal.payload, inherits: false, wakeAtMs: null }, node.next)
    return true
  }

  /** All branches of the fork at which `strand` stands have ended: their record is its value. */
  join(strand: Strand<Value>): void {
    if (strand.node === null) return
    const { id, node } = nodeAt(this.plan, strand.node)
    const members = regions(node).map(({ name }) => {
      const branch = childId(id, name)
      const ended = this.strand(branch)
      if (ended === undefined) throw new RangeError(`fork '${id}' joins without branch '${name}'`)
      this.#drop(branch)
      return [name, ended.value] as const
    })
    this.#count(strand.id, 0)
    this.#joined ??= []
    this.#joined.push(id)
    this.leave({ ...strand, value: this.values.record(members), inherits: false }, node.next)
  }

  /** `strand` fails for good. Whoever encloses it decides; nothing does yet, so the run fails. */
  fail(strand: Strand<Value>, error: Value, summary: string): void {
    if (strand.node === null) return
    this.note({ _tag: "RunFailed", atMs: this.atMs, node: strand.node, error: summary })
    this.end({ _tag: "Failed", error, node: strand.node })
  }

  /** The last node is done: the run completes with the strand's value. */
  endTrunk(strand: Strand<Value>): void {
    this.put({ ...strand, node: null, wakeAtMs: null, failures: 0 })
    this.note({ _tag: "RunCompleted", atMs: this.atMs })
    this.end({ _tag: "Completed", value: strand.value })
  }

  finish(): Step<Value> {
    this.#settle()
    const changed = [...this.#changed.values()]
    const dropped = this.#dropped
    return {
      changed,
      stored: changed.filter((strand) => !this.#isDerived(strand)),
      dropped: dropped === null ? none : [...dropped],
      joined: this.#joined ?? none,
      open: this.#open ?? noCounts,
      received: this.#received,
      consumed: this.#consumed ?? none,
      calls: this.#outcome === null ? this.#callsLeft() : none,
      stops: this.#stops ?? none,
      events: this.#events,
      outcome: this.#outcome
    }
  }

  /** Lets whoever has arrived act, one after another; what they cause joins the same list. */
  #settle(): void {
    if (this.#isSettling) return
    this.#isSettling = true
    for (let at = this.#arrivals.pop(); at !== undefined; at = this.#arrivals.pop()) this.#enter(at)
    this.#isSettling = false
  }

  #enter(strand: Strand<Value>): void {
    const { id, node } = nodeAt(this.plan, strand.node!)
    switch (node._tag) {
      case "Task":
        this.put(strand)
        return this.call(strand.id)
      case "Delay":
        return this.#delay(strand, id, node.policy.ms, node.next)
      case "AwaitSignal":
        return this.#await(strand, id, node)
      case "Fork":
        return this.#fork(strand, id, node)
    }
  }

  #delay(strand: Strand<Value>, id: NodeId, ms: number, next: NodeId | null): void {
    if (ms === 0) return this.leave(strand, next)
    const wakeAtMs = this.atMs + ms
    this.note({ _tag: "DelayStarted", atMs: this.atMs, node: id, untilMs: wakeAtMs })
    this.put({ ...strand, wakeAtMs })
  }

  #await(strand: Strand<Value>, id: NodeId, node: AwaitSignal): void {
    if (this.receive(strand, node)) return
    const timeoutMs = node.policy?.timeoutMs
    this.note({ _tag: "SignalAwaited", atMs: this.atMs, node: id, signal: node.signal })
    this.put({ ...strand, wakeAtMs: timeoutMs === undefined ? null : this.atMs + timeoutMs })
  }

  #fork(strand: Strand<Value>, id: NodeId, node: Fork): void {
    this.put(strand)
    const branches = regions(node)
    this.#count(strand.id, branches.length)
    const first = this.plan.overlap ? branches : branches.slice(0, 1)
    for (const branch of first.toReversed()) this.#openBranch(strand, id, branch)
  }

  #openBranch(parent: Strand<Value>, fork: NodeId, { entry, name }: Region): void {
    const at = { node: entry, value: parent.value, sinceMs: this.atMs }
    this.#arrivals.push(opened(childId(fork, name), parent.id, at))
  }

  #endBranch(strand: Strand<Value>, fork: NodeId): void {
    this.put({ ...strand, node: null, wakeAtMs: null, failures: 0 })
    const branch = strand.id.slice(fork.length + 1)
    this.note({ _tag: "BranchEnded", atMs: this.atMs, node: fork, branch })
    const parent = strand.parent === null ? undefined : this.strand(strand.parent)
    if (parent === undefined) return
    const open = (this.#open?.get(parent.id) ?? this.snapshot.open.get(parent.id) ?? 0) - 1
    this.#count(parent.id, open)
    if (open === 0) this.join(parent)
    else if (!this.plan.overlap) this.#openNext(parent, fork, branch)
  }

  #openNext(parent: Strand<Value>, fork: NodeId, before: string): void {
    const branches = regions(nodeAt(this.plan, fork).node)
    const next = branches[branches.findIndex(({ name }) => name === before) + 1]
    if (next !== undefined) this.#openBranch(parent, fork, next)
  }

  #oldest(name: string): Signal<Value> | undefined {
    const taken = this.#taken?.get(name) ?? 0
    const queue = this.snapshot.inbox.get(name) ?? []
    if (taken < queue.length) return queue[taken]
    return this.#received.filter((signal) => signal.name === name)[taken - queue.length]
  }

  #drop(id: StrandId): void {
    this.#changed.delete(id)
    this.#dropped ??= new Set()
    this.#dropped.add(id)
  }

  #count(id: StrandId, open: number): void {
    this.#open ??= new Map()
    this.#open.set(id, open)
  }

  #callsLeft(): ReadonlyArray<StrandId> {
    const dropped = this.#dropped
    return dropped === null ? this.#calls : this.#calls.filter((id) => !dropped.has(id))
  }

  #isDerived(strand: Strand<Value>): boolean {
    if (strand.node === null || !strand.inherits) return false
    if (isArrivalKept(nodeAt(this.plan, strand.node).node)) return false
    if (strand.parent === null) return isFresh(strand, this.plan.entry)
    const { owner } = nodeAt(this.plan, strand.node)
    if (owner === null || !strand.id.startsWith(`${owner}/`)) return false
    const { node } = nodeAt(this.plan, owner)
    const branch = strand.id.slice(owner.length + 1)
    return node._tag === "Fork" && isFresh(strand, node.branches[branch] ?? null)
  }
}

const none: ReadonlyArray<never> = []
const noCounts: ReadonlyMap<StrandId, number> = new Map()

/**
 * Whether a run that is taken up again must not arrive at `node` a second time: its deadline would begin anew,
 * or the history would say twice that it waits.
 */
const isArrivalKept = (node: Node): boolean =>
  node._tag === "AwaitSignal" || (node._tag === "Task" && node.policy?.deadlineMs !== undefined)
