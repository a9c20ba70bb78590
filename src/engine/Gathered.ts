// What has changed in a run since its last checkpoint: the steps that came, put together when they are sealed.
// One step is by far the most common, and is sealed as it is.
import type { HistoryEvent } from "../run/History.ts"
import * as Snapshot from "../run/Snapshot.ts"
import type { StrandId } from "../run/Strand.ts"
import type { Step } from "../run/Transition.ts"
import type { Checkpoint, Text } from "../store/Store.ts"

/** The part of a checkpoint that steps make. */
export type Changes = Pick<Checkpoint, "strands" | "joined" | "consumed" | "events">

export class Gathered {
  #first: Step<Text> | null = null
  /** Those after the first, once there are any. */
  #others: Array<Step<Text>> | null = null
  /** All events in their order, once there are others than those of the steps. */
  #events: Array<HistoryEvent> | null = null

  get isEmpty(): boolean {
    return this.#first === null && this.#events === null
  }

  /** Whether calls are to be made once this is stored. */
  get hasCalls(): boolean {
    return this.#steps.some(({ calls }) => calls.length > 0)
  }

  add(step: Step<Text>): void {
    if (this.#first === null) this.#first = step
    else if (this.#others === null) this.#others = [step]
    else this.#others.push(step)
    this.#events?.push(...step.events)
  }

  /** What happened to the run beside its steps. */
  note(event: HistoryEvent): void {
    this.#events ??= this.#steps.flatMap(({ events }) => events)
    this.#events.push(event)
  }

  take(): { readonly changes: Changes; readonly calls: ReadonlyArray<StrandId> } {
    const first = this.#first
    const events = this.#events
    const isOne = first !== null && this.#others === null && events === null
    const taken = isOne
      ? { changes: toChanges(first), calls: first.calls }
      : toMerged(this.#steps, events)
    this.#first = null
    this.#others = null
    this.#events = null
    return taken
  }

  get #steps(): ReadonlyArray<Step<Text>> {
    return this.#first === null ? [] : [this.#first, ...(this.#others ?? [])]
  }
}

const toMerged = (
  steps: ReadonlyArray<Step<Text>>,
  events: ReadonlyArray<HistoryEvent> | null
): ReturnType<Gathered["take"]> => ({
  changes: {
    strands: merge(steps),
    joined: steps.flatMap(({ joined }) => joined),
    consumed: steps.flatMap(({ consumed }) => consumed.map(({ seq }) => seq)),
    events: events ?? steps.flatMap((step) => step.events)
  },
  calls: steps.flatMap(({ calls }) => calls)
})

const toChanges = (step: Step<Text>): Changes => ({
  strands: rowsOf(step),
  joined: step.joined,
  consumed: step.consumed.map(({ seq }) => seq),
  events: step.events
})

type Row = Snapshot.StoredStrand<Text>

const rowsOf = ({ notes, stored }: Step<Text>): ReadonlyArray<Row> =>
  notes.length === 0
    ? stored.map(Snapshot.toStored)
    : // What is undone in the step that noted it stands in both, and is called already.
      [...notes.map(Snapshot.toRow), ...stored.map(Snapshot.toStored)]

/** The last state of each strand and note that no later step has joined away. */
const merge = (steps: ReadonlyArray<Step<Text>>): ReadonlyArray<Row> => {
  const rows = new Map<string, Row>()
  for (const step of steps) {
    for (const prefix of step.joined) {
      for (const id of rows.keys()) if (id.startsWith(`${prefix}/`)) rows.delete(id)
    }
    for (const row of rowsOf(step)) rows.set(row.id, row)
  }
  return [...rows.values()]
}
