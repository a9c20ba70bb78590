// The working copy of one transition: it reads the snapshot through its own changes, so that a chain of
// consequences (a branch ends, its fork joins, the trunk parks) becomes one step. Nothing recurses:
// strands that arrive somewhere wait in a list.
import type { Loop, NodeId } from "../ir/Node.ts"
import { endMember } from "./Ending.ts"
import { enter, isArrivalKept } from "./Enter.ts"
import type { Group } from "./Group.ts"
import type { HistoryEvent } from "./History.ts"
import { type Note, undoId, undoPath } from "./Note.ts"
import { isGroup, landing, nodeAt, type Plan } from "./Plan.ts"
import type { Signal, Snapshot } from "./Snapshot.ts"
import { asOpened, below } from "./Opening.ts"
import { groupId, isFresh, opened, padded, type Strand, type StrandId } from "./Strand.ts"
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
  #groups: Map<StrandId, Group<Value> | null> | null = null
  #taken: Map<string, number> | null = null
  #joined: Array<string> | null = null
  #stops: Array<StrandId> | null = null
  #consumed: Array<Signal<Value>> | null = null
  #received: ReadonlyArray<Signal<Value>> = []
  #outcome: Outcome<Value> | null = null
  #notes: Map<string, Note<Value>> | null = null
  #undoCount: number | null = null
  #isSettling = false

  constructor(plan: Plan, values: Values<Value>, snapshot: Snapshot<Value>, atMs: number) {
    this.plan = plan
    this.values = values
    this.snapshot = snapshot
    this.atMs = atMs
  }

  strand(id: StrandId): Strand<Value> | undefined {
    const changed = this.#changed.get(id)
    if (changed !== undefined) return changed
    return this.#dropped?.has(id) === true ? undefined : this.snapshot.strands.get(id)
  }

  put(strand: Strand<Value>): void {
    this.#changed.set(strand.id, strand)
  }

  /** Puts `strand` and has its task, or the function of its node, called once this step is stored. */
  call(strand: Strand<Value>): void {
    this.put(strand)
    this.recall(strand)
  }

  /** The same for one that stands as it is stored. */
  recall({ id }: Strand<Value>): void {
    this.#calls.push(id)
  }

  record(event: HistoryEvent): void {
    this.#events.push(event)
  }

  note(id: string): Note<Value> | undefined {
    return this.#notes?.get(id) ?? this.snapshot.notes.get(id)
  }

  setNote(note: Note<Value>): void {
    this.#notes ??= new Map()
    this.#notes.set(note.id, note)
  }

  /** Tasks that have completed and are not undone. */
  get undoCount(): number {
    return this.#undoCount ?? this.snapshot.undoCount
  }

  /** Notes what a strand's task gave, to be undone if the run does not succeed. */
  noteUndo({ indices, node, value }: Strand<Value>): void {
    this.setNote({ id: undoId(this.undoCount), node, value, indices })
    this.#undoCount = this.undoCount + 1
  }

  /** What `strand` undoes is undone. */
  settleUndo({ id, value }: Strand<Value>): void {
    this.setNote({ id, node: null, value, indices: [] })
    this.#undoCount = this.undoCount - 1
    this.#drop(id)
  }

  /** There is nothing to undo any more. */
  forgetUndos(): void {
    if (this.undoCount === 0) return
    this.#forget(undoPath)
    this.#undoCount = 0
  }

  /** Every strand is gone, and what runs is stopped. */
  clear(): void {
    this.#arrivals.length = 0
    this.#calls.length = 0
    for (const { id, node } of this.snapshot.strands.values()) {
      if (node !== null) this.#stop(id)
      if (this.snapshot.groups.has(id)) this.setGroup(id, null)
      this.#drop(id)
    }
    for (const id of this.#changed.keys()) this.#drop(id)
  }

  buffer(signals: ReadonlyArray<Signal<Value>>): void {
    this.#received = signals
  }

  group(id: StrandId): Group<Value> | undefined {
    const changed = this.#groups?.get(id)
    if (changed === null) return undefined
    return changed ?? this.snapshot.groups.get(id)
  }

  /** Null: the strand waits for nobody any more. */
  setGroup(id: StrandId, group: Group<Value> | null): void {
    this.#groups ??= new Map()
    this.#groups.set(id, group)
  }

  /** `parent` waits for nobody any more: whom it has opened is gone, and all below. What of them runs is stopped. */
  dropGroup(parent: Strand<Value>): void {
    const group = this.group(parent.id)
    if (group === undefined || parent.node === null) return
    const path = groupId(parent, nodeAt(this.plan, parent.node))
    this.#forget(path)
    for (const { id } of below(this, parent)) {
      const isKnown = this.snapshot.strands.get(id)?.node != null && this.#dropped?.has(id) !== true
      if (group.left > 0 && isKnown) this.#stop(id)
      if (this.group(id) !== undefined) this.setGroup(id, null)
      this.#drop(id)
    }
    this.setGroup(parent.id, null)
    // Members that have all ended have left nothing on its way.
    if (group.left === 0) return
    this.#leaveOut(this.#arrivals, ({ id }) => id.startsWith(`${path}/`))
    this.#leaveOut(this.#calls, (id) => id.startsWith(`${path}/`))
  }

  /** The run is over: whatever still runs is stopped. */
  end(outcome: Outcome<Value>): void {
    if (this.#outcome !== null) return
    this.#outcome = outcome
    this.#arrivals.length = 0
    this.#calls.length = 0
    for (const { id, node } of this.snapshot.strands.values()) if (node !== null) this.#stop(id)
  }

  /** `strand` is done with its node and goes on at `next`; null ends its region. */
  leave(strand: Strand<Value>, next: NodeId | null): void {
    let here = strand.node
    let to = next
    while (to === null && here !== null) {
      const owner: NodeId | null = nodeAt(this.plan, here).owner
      if (owner === null) return this.endTrunk(strand)
      const { node } = nodeAt(this.plan, owner)
      if (isGroup(node)) return endMember(this, strand, null)
      if (node._tag === "Loop") return this.#ask(strand, owner)
      here = owner
      to = node.next
    }
    if (to !== null) this.arrive(strand, to)
    this.#settle()
  }

  /** Puts `strand` at the node `id` and finds out what it needs there. */
  arrive(strand: Strand<Value>, id: NodeId): void {
    const to = landing(this.plan, id)
    if (to === null) return
    const outer = padded(strand.indices, nodeAt(this.plan, id).depth)
    const indices = padded(outer, to.depth)
    const at = { node: to.id, indices, sinceMs: this.atMs, failures: 0, wakeAtMs: null }
    this.#arrivals.push({ ...strand, ...at })
  }

  /** Puts `strand` at the beginning of the loop's body, in the round that its indices say. */
  repeat(strand: Strand<Value>, { body, next }: Loop): void {
    if (body === null) return this.leave(strand, next)
    this.arrive(strand, body)
    this.#settle()
  }

  /** Opens a strand in the region that starts at `entry`: it acts before all that have arrived so far. */
  open(id: StrandId, from: Parameters<typeof opened<Value>>[2]): void {
    this.#arrivals.push(opened(this.plan, id, from))
  }

  /** The same for one that acts after them. */
  openLast(id: StrandId, from: Parameters<typeof opened<Value>>[2]): void {
    this.#arrivals.unshift(opened(this.plan, id, from))
  }

  /** The oldest signal of this name that nobody has taken yet, taken; undefined when there is none. */
  take(name: string): Signal<Value> | undefined {
    const taken = this.#taken?.get(name) ?? 0
    const queue = this.snapshot.inbox.get(name) ?? []
    const signal =
      taken < queue.length
        ? queue[taken]
        : this.#received.filter((received) => received.name === name)[taken - queue.length]
    if (signal === undefined) return undefined
    this.#taken ??= new Map()
    this.#taken.set(name, taken + 1)
    this.#consumed ??= []
    this.#consumed.push(signal)
    return signal
  }

  /** The last node is done: the run completes with the strand's value. */
  endTrunk(strand: Strand<Value>): void {
    this.put({ ...strand, node: null, wakeAtMs: null, failures: 0, indices: [] })
    this.record({ _tag: "RunCompleted", atMs: this.atMs })
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
      groups: this.#groups ?? noGroups,
      notes: this.#notes === null ? none : [...this.#notes.values()],
      undoCount: this.undoCount,
      received: this.#received,
      consumed: this.#consumed ?? none,
      calls: this.#calls,
      stops: this.#stops ?? none,
      events: this.#events,
      outcome: this.#outcome
    }
  }

  /** Lets whoever has arrived act, one after another; what they cause joins the same list. */
  #settle(): void {
    if (this.#isSettling) return
    this.#isSettling = true
    for (let at = this.#arrivals.pop(); at !== undefined; at = this.#arrivals.pop()) enter(this, at)
    this.#isSettling = false
  }

  /** The body has run: the strand stands at the loop itself, in its round, and asks whether there is another. */
  #ask(strand: Strand<Value>, loop: NodeId): void {
    const indices = strand.indices.slice(0, nodeAt(this.plan, loop).depth + 1)
    const at = { node: loop, indices, sinceMs: this.atMs, failures: 0, wakeAtMs: null }
    this.call({ ...strand, ...at })
  }

  /** What is stored below `path` is gone, and notes with it that this step has made. */
  #forget(path: string): void {
    this.#joined ??= []
    this.#joined.push(path)
    for (const id of this.#notes?.keys() ?? none) {
      if (id.startsWith(`${path}/`)) this.#notes?.delete(id)
    }
  }

  #drop(id: StrandId): void {
    this.#changed.delete(id)
    if (this.#groups?.has(id) === true) this.setGroup(id, null)
    this.#dropped ??= new Set()
    this.#dropped.add(id)
  }

  #stop(id: StrandId): void {
    this.#stops ??= []
    this.#stops.push(id)
  }

  #leaveOut<A>(from: Array<A>, isOut: (item: A) => boolean): void {
    const left = from.filter((item) => !isOut(item))
    if (left.length < from.length) from.splice(0, from.length, ...left)
  }

  #isDerived(strand: Strand<Value>): boolean {
    if (strand.node === null || !strand.inherits) return false
    const here = nodeAt(this.plan, strand.node)
    if (isArrivalKept(here.node)) return false
    const above = strand.parent === null ? undefined : this.strand(strand.parent)
    return isFresh(strand, asOpened(this.plan, strand, above))
  }
}

const none: ReadonlyArray<never> = []
const noGroups: ReadonlyMap<StrandId, null> = new Map()
