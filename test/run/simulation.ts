// Drives the transition through virtual time, as a host would: it performs calls, lets timers fall due, and keeps
// beside the snapshot what a store would hold.
import { type Definition, signalNames } from "../../src/ir/Definition.ts"
import { nodeAt, type Plan, prepare } from "../../src/run/Plan.ts"
import * as Snapshot from "../../src/run/Snapshot.ts"
import { type Strand, type StrandId, trunk } from "../../src/run/Strand.ts"
import { decide, type Event, type Outcome, type Step } from "../../src/run/Transition.ts"
import { isUndo, kept, keptInSight, publishedId } from "../../src/run/Note.ts"
import type { Call, World } from "./calls.ts"
import { byName, type Seen } from "./scope.ts"
import { errorOf, outputOf, values } from "./texts.ts"

export interface Simulation {
  readonly outcome: Outcome<string> | null
  readonly endedAtMs: number
  readonly calls: ReadonlyArray<Call>
  readonly steps: number
  /** What the history says about undoing. */
  readonly undone: ReadonlyArray<string>
  readonly published: string | null
  /** How often a workflow has started over. */
  readonly restarts: number
}

/** A store in its plainest form: rows by strand, and the signals that nobody has taken. */
export class StoredRun {
  readonly rows = new Map<StrandId, Snapshot.StoredStrand<string>>()
  readonly #input: string
  signals: ReadonlyArray<Snapshot.Signal<string>>

  constructor(input: string, signals: ReadonlyArray<Snapshot.Signal<string>>) {
    this.#input = input
    this.signals = signals
  }

  store({ consumed, joined, notes, received, stored }: Step<string>): void {
    for (const prefix of joined) {
      for (const id of this.rows.keys()) if (id.startsWith(`${prefix}/`)) this.rows.delete(id)
    }
    for (const note of notes) this.rows.set(note.id, Snapshot.toRow(note))
    for (const strand of stored) this.rows.set(strand.id, Snapshot.toStored(strand))
    const taken = new Set(consumed.map(({ seq }) => seq))
    const known = new Set(this.signals.map(({ seq }) => seq))
    const buffered = [...this.signals, ...received.filter(({ seq }) => !known.has(seq))]
    this.signals = buffered.filter(({ seq }) => !taken.has(seq))
  }

  restore(plan: Plan): Snapshot.Snapshot<string> {
    const branches = [...this.rows.values()].filter(({ id }) => id !== trunk)
    const stored = {
      trunk: this.rows.get(trunk) ?? null,
      branches,
      input: this.#input,
      startedAtMs: 0
    }
    return Snapshot.restore(plan, stored, values.elements)
  }
}

type Answer = Extract<Event<string>, { readonly strand: Strand<string> }>

interface InFlight {
  readonly event: Answer
  readonly order: number
  /** Its strand was stopped: nobody listens to its answer any more. */
  readonly isStopped: boolean
}

export interface Options {
  readonly input: string
  readonly world: World
  /** Signals that are there from the beginning, beside those that the world sends. */
  readonly signals?: ReadonlyArray<Snapshot.Signal<string>>
  /** Of each signal that the world sends: how many are there before anybody waits. All others come at once. */
  readonly ahead?: number
  /** Answers of stopped calls come all the same, as if they had been on their way. */
  readonly isLate?: boolean
  /** When the run is cancelled. */
  readonly cancelAtMs?: number
  /** Looks at every state that is not the last; may put another snapshot in the place of the current one. */
  readonly between?: (at: Moment) => Snapshot.Snapshot<string>
  readonly watch?: (step: Step<string>, stored: StoredRun) => void
}

export interface Moment {
  readonly plan: Plan
  readonly atMs: number
  readonly snapshot: Snapshot.Snapshot<string>
  readonly stored: StoredRun
  readonly inFlight: ReadonlyArray<StrandId>
}

export const simulate = (definition: Definition, options: Options): Simulation =>
  new Simulator(definition, options).run()

class Simulator {
  readonly #plan: Plan
  readonly #options: Options
  readonly #signalNames: ReadonlyArray<string>
  readonly #calls: Array<Call> = []
  #inFlight: Array<InFlight> = []
  #snapshot: Snapshot.Snapshot<string>
  readonly #undone: Array<string> = []
  #signalCount: number
  #isCancelled = false
  #restarts = 0

  constructor(definition: Definition, options: Options) {
    this.#plan = prepare(definition, options.world.overlap)
    this.#options = options
    this.#signalNames = signalNames(definition).filter((name) => options.world.isSent(name))
    this.#snapshot = Snapshot.start(this.#plan, options.input, 0)
    this.#signalCount = options.signals?.length ?? 0
  }

  run(): Simulation {
    const { between, input, watch } = this.#options
    const signals = [...(this.#options.signals ?? []), ...this.#missing()]
    const stored = new StoredRun(input, signals)
    let event: Event<string> = { _tag: "Started", atMs: 0, signals }
    for (let steps = 1; ; steps += 1) {
      const { atMs } = event
      const step = decide(this.#plan, values, this.#snapshot, event)
      Snapshot.apply(this.#snapshot, step)
      stored.store(step)
      watch?.(step, stored)
      for (const told of step.events) {
        if (told._tag === "StartedOver") this.#restarts += 1
        if (told._tag.startsWith("Compensation") && "node" in told) {
          this.#undone.push(`${told._tag} ${told.node}`)
        }
      }
      if (step.outcome !== null) return this.#ended(step.outcome, atMs, steps)
      this.#stop(step.stops)
      for (const id of step.calls) this.#call(id, atMs)
      if (between !== undefined) this.#look(between, { atMs, stored })
      const next = this.#next(atMs)
      if (next === null) return this.#ended(null, atMs, steps)
      event = next
    }
  }

  #ended(outcome: Outcome<string> | null, endedAtMs: number, steps: number): Simulation {
    const published = this.#snapshot.notes.get(publishedId)?.value ?? null
    const [calls, undone, restarts] = [this.#calls, this.#undone, this.#restarts]
    return { outcome, endedAtMs, steps, calls, undone, published, restarts }
  }

  #call(id: StrandId, atMs: number): void {
    const strand = this.#snapshot.strands.get(id)!
    const { failures, indices, value } = strand
    const node = isUndo(id) ? `undo ${strand.node}` : strand.node!
    const seen = isUndo(id) ? [] : this.#seen(strand)
    const call = { node, indices, attempt: failures + 1, value, atMs, seen }
    this.#calls.push(call)
    const event = this.#answer(strand, call)
    this.#inFlight.push({ event, order: this.#calls.length, isStopped: false })
  }

  #seen(strand: Strand<string>): Seen {
    const inSight = [...keptInSight(this.#plan, strand.node!)]
    return byName(
      inSight.flatMap(([name, keep]) => {
        const note = kept(this.#snapshot, strand, keep)
        return note === undefined ? [] : [[name, note.value] as const]
      })
    )
  }

  #answer(strand: Strand<string>, call: Call): Answer {
    const { decide, attempt: make } = this.#options.world
    const { attempt, value } = call
    const { fails, ms, random, retryable } = make(call, attempt)
    const { id, node } = nodeAt(this.#plan, strand.node!)
    const at = { atMs: call.atMs + ms, strand }
    if (fails) {
      const error = errorOf(id, attempt)
      return { _tag: "Failed", ...at, error, summary: error, retryable, random }
    }
    return node._tag === "Task" || node._tag === "Publish"
      ? { _tag: "Succeeded", ...at, value: outputOf(id, value) }
      : { _tag: "Decided", ...at, decision: decide(node, call) }
  }

  /** A strand that is gone must have been stopped where it was called, and no other. */
  #stop(stops: ReadonlyArray<StrandId>): void {
    const ids = new Set(stops)
    this.#inFlight = this.#inFlight
      .map((call) => (ids.has(call.event.strand.id) ? { ...call, isStopped: true } : call))
      .filter(({ isStopped }) => !isStopped || this.#options.isLate)
    for (const { event, isStopped } of this.#inFlight) {
      const { id, indices, node } = event.strand
      const strand = this.#snapshot.strands.get(id)
      const stands = strand?.node === node && String(strand?.indices) === String(indices)
      if (!isStopped && !stands) throw new Error(`the call of '${id}' at ${node} was not stopped`)
    }
  }

  #look(between: NonNullable<Options["between"]>, at: Pick<Moment, "atMs" | "stored">): void {
    const inFlight = this.#inFlight.map(({ event }) => event.strand.id)
    this.#snapshot = between({ ...at, plan: this.#plan, snapshot: this.#snapshot, inFlight })
    // Who takes a run up again makes its calls again, with the strands as they were read.
    const now = (id: StrandId) => this.#snapshot.strands.get(id)!
    this.#inFlight = this.#inFlight.map((call) => ({
      ...call,
      event: { ...call.event, strand: now(call.event.strand.id) }
    }))
  }

  /** What happens next: a signal, a cancel, the earliest answer, or a timer that is due before it. */
  #next(atMs: number): Event<string> | null {
    const signals = this.#missing()
    if (signals.length > 0) return { _tag: "Signalled", atMs, signals }
    const { cancelAtMs = Infinity } = this.#options
    const next = this.#nextInTime()
    if (!this.#isCancelled && cancelAtMs < Infinity && cancelAtMs <= (next?.atMs ?? Infinity)) {
      this.#isCancelled = true
      return { _tag: "Cancelled", atMs: Math.max(cancelAtMs, atMs), reason: "why", by: "who" }
    }
    this.#inFlight = this.#inFlight.filter(({ event }) => event !== next)
    return next
  }

  #nextInTime(): Event<string> | null {
    const wakeAtMs = Snapshot.nextWakeMs(this.#snapshot)
    const [first] = this.#inFlight.toSorted(
      (a, b) => a.event.atMs - b.event.atMs || a.order - b.order
    )
    if (first === undefined || (wakeAtMs !== null && wakeAtMs < first.event.atMs)) {
      return wakeAtMs === null ? null : { _tag: "Woke", atMs: wakeAtMs }
    }
    return first.event
  }

  /** Signals that the world has sent and that have not come yet. */
  #missing(): ReadonlyArray<Snapshot.Signal<string>> {
    if (this.#signalNames.length === 0) return []
    const awaited = Snapshot.waits(this.#plan, this.#snapshot).flatMap((wait) =>
      wait._tag === "Signal" ? [wait.signal] : []
    )
    return this.#signalNames.flatMap((name) => {
      const waiting = awaited.filter((signal) => signal === name).length
      const buffered = this.#snapshot.inbox.get(name)?.length ?? 0
      const length = Math.max(0, waiting + (this.#options.ahead ?? 0) - buffered)
      return Array.from({ length }, () => ({
        seq: this.#signalCount++,
        name,
        payload: `"${name}"`
      }))
    })
  }
}
