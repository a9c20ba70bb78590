// Drives the transition through virtual time, as a host would: it performs calls, lets timers fall due, and keeps
// beside the snapshot what a store would hold.
import type { Definition } from "../../src/ir/Definition.ts"
import type { NodeId } from "../../src/ir/Node.ts"
import { type Plan, prepare } from "../../src/run/Plan.ts"
import * as Snapshot from "../../src/run/Snapshot.ts"
import { type Strand, type StrandId, trunk } from "../../src/run/Strand.ts"
import {
  decide,
  type Event,
  type Outcome,
  type Step,
  type Values
} from "../../src/run/Transition.ts"
import {
  type Call,
  digest,
  elements,
  errorOf,
  list,
  outputOf,
  record,
  timedOut,
  tooLate,
  type World
} from "./reference.ts"

export interface Simulation {
  readonly outcome: Outcome<string> | null
  readonly endedAtMs: number
  readonly calls: ReadonlyArray<Call>
  readonly steps: number
}

export const values: Values<string> = {
  record,
  of: (plain) => JSON.stringify(plain),
  list,
  elements,
  property: (value, name) => String(JSON.parse(value)[name]),
  tagOf: (error) => JSON.parse(error).split(" ").at(-1) ?? null,
  summaryOf: (error) => error,
  notAList: (node) => `"${digest(node)} no list"`,
  routeKeyNotFound: ({ node }) => `"${digest(node)} no key"`,
  loopLimitExceeded: (node) => `"${digest(node)} limit"`,
  tooFewBranches: ({ node }) => `"${digest(node)} few"`,
  signalTimedOut: (node) => timedOut(node),
  deadlineExceeded: ({ attempts, node }) => tooLate(node, attempts)
}

/** A store in its plainest form: rows by strand, and the signals that nobody has taken. */
export class StoredRun {
  readonly #rows = new Map<StrandId, Snapshot.StoredStrand<string>>()
  readonly #input: string
  signals: ReadonlyArray<Snapshot.Signal<string>>

  constructor(input: string, signals: ReadonlyArray<Snapshot.Signal<string>>) {
    this.#input = input
    this.signals = signals
  }

  store({ consumed, joined, received, stored }: Step<string>): void {
    for (const prefix of joined) {
      for (const id of this.#rows.keys()) if (id.startsWith(`${prefix}/`)) this.#rows.delete(id)
    }
    for (const strand of stored) this.#rows.set(strand.id, Snapshot.toStored(strand))
    const taken = new Set(consumed.map(({ seq }) => seq))
    const known = new Set(this.signals.map(({ seq }) => seq))
    const buffered = [...this.signals, ...received.filter(({ seq }) => !known.has(seq))]
    this.signals = buffered.filter(({ seq }) => !taken.has(seq))
  }

  restore(plan: Plan): Snapshot.Snapshot<string> {
    const branches = [...this.#rows.values()].filter(({ id }) => id !== trunk)
    const stored = {
      trunk: this.#rows.get(trunk) ?? null,
      branches,
      input: this.#input,
      startedAtMs: 0
    }
    return Snapshot.restore(plan, stored, elements)
  }
}

interface InFlight {
  readonly event: Extract<Event<string>, { readonly strand: Strand<string> }>
  readonly order: number
}

export interface Options {
  readonly input: string
  readonly signals: ReadonlyArray<Snapshot.Signal<string>>
  /** Signals that come only when somebody waits for them, at once. */
  readonly late?: ReadonlyArray<Snapshot.Signal<string>>
  readonly world: World
  /** Looks at every state that is not the last; may put another snapshot in the place of the current one. */
  readonly between?: (at: Moment) => Snapshot.Snapshot<string>
}

export interface Moment {
  readonly plan: Plan
  readonly atMs: number
  readonly snapshot: Snapshot.Snapshot<string>
  readonly stored: StoredRun
  readonly inFlight: ReadonlyArray<StrandId>
}

export const simulate = (definition: Definition, options: Options): Simulation => {
  const { between, input, signals, world } = options
  const plan = prepare(definition, world.overlap)
  const stored = new StoredRun(input, signals)
  const inFlight = new Map<StrandId, InFlight>()
  const late = new Set(options.late)
  const calls: Array<Call> = []
  let snapshot = Snapshot.start(plan, input, 0)
  let event: Event<string> | null = { _tag: "Started", atMs: 0, signals }
  for (let steps = 1; ; steps += 1) {
    const atMs: number = event.atMs
    const step: Step<string> = decide(plan, values, snapshot, event)
    Snapshot.apply(snapshot, step)
    stored.store(step)
    if (step.outcome !== null) return { outcome: step.outcome, endedAtMs: atMs, calls, steps }
    for (const id of step.calls) {
      const strand = snapshot.strands.get(id)!
      const { failures, node, value } = strand
      const call = { node: node!, attempt: failures + 1, value, atMs }
      calls.push(call)
      inFlight.set(id, { event: toEvent(strand, call, world), order: calls.length })
    }
    if (between !== undefined) {
      snapshot = between({ plan, atMs, snapshot, stored, inFlight: [...inFlight.keys()] })
    }
    event = arriving({ plan, snapshot, late, atMs }) ?? next(snapshot, inFlight)
    if (event === null) return { outcome: null, endedAtMs: atMs, calls, steps }
  }
}

const toEvent = (strand: Strand<string>, call: Call, world: World): InFlight["event"] => {
  const { attempt, node, value } = call
  const { fails, ms, random, retryable } = world.attempt(node, attempt)
  const atMs = call.atMs + ms
  if (!fails) return { _tag: "Succeeded", atMs, strand, value: outputOf(node, value) }
  const error = errorOf(node, attempt)
  return { _tag: "Failed", atMs, strand, error, summary: error, retryable, random }
}

const arriving = ({
  atMs,
  late,
  plan,
  snapshot
}: {
  readonly plan: Plan
  readonly snapshot: Snapshot.Snapshot<string>
  readonly late: Set<Snapshot.Signal<string>>
  readonly atMs: number
}): Event<string> | null => {
  const awaited = Snapshot.waits(plan, snapshot).flatMap((wait) =>
    wait._tag === "Signal" ? [wait.signal] : []
  )
  const signal = [...late].find(({ name }) => awaited.includes(name))
  if (signal === undefined) return null
  late.delete(signal)
  return { _tag: "Signalled", atMs, signals: [signal] }
}

/** What happens next: the earliest result, or a timer that is due before it. */
const next = (
  snapshot: Snapshot.Snapshot<string>,
  inFlight: Map<StrandId, InFlight>
): Event<string> | null => {
  const wakeAtMs = Snapshot.nextWakeMs(snapshot)
  const [first] = [...inFlight.values()].toSorted(
    (a, b) => a.event.atMs - b.event.atMs || a.order - b.order
  )
  if (first === undefined || (wakeAtMs !== null && wakeAtMs < first.event.atMs)) {
    return wakeAtMs === null ? null : { _tag: "Woke", atMs: wakeAtMs }
  }
  inFlight.delete(first.event.strand.id)
  return first.event
}

/** Every signal that the definition waits for and the world has, once for each node that waits. */
export const signalsFor = (definition: Definition, { isSent }: World) =>
  Object.values(definition.nodes).flatMap((node, seq) =>
    node._tag === "AwaitSignal" && isSent(node.signal)
      ? [{ seq, name: node.signal, payload: `"${node.signal}"` }]
      : []
  )

export const nodesOf = (definition: Definition): ReadonlyArray<NodeId> =>
  Object.keys(definition.nodes)
