// What has changed in a run since its last checkpoint: the steps that came, put together when they are sealed.
// One step is by far the most common, and is sealed as it is.
import type { HistoryEvent } from "../run/History.ts"
import * as Snapshot from "../run/Snapshot.ts"
import type { Strand, StrandId } from "../run/Strand.ts"
import type { Step } from "../run/Transition.ts"
import type { Checkpoint, Text } from "../store/Store.ts"

/** The part of a checkpoint that steps make. */
export type Changes = Pick<Checkpoint, "strands" | "joined" | "consumed" | "events">

export class Gathered {
  #steps: Array<Step<Text>> = []
  /** All events in their order, once there are others than those of the steps. */
  #events: Array<HistoryEvent> | null = null

  get isEmpty(): boolean {
    return this.#steps.length === 0 && this.#events === null
  }

  /** Whether calls are to be made once this is stored. */
  get hasCalls(): boolean {
    return this.#steps.some(({ calls }) => calls.length > 0)
  }

  add(step: Step<Text>): void {
    this.#steps.push(step)
    this.#events?.push(...step.events)
  }

  /** What happened to the run beside its steps. */
  note(event: HistoryEvent): void {
    this.#events ??= this.#steps.flatMap(({ events }) => events)
    this.#events.push(event)
  }

  take(): { readonly changes: Changes; readonly calls: ReadonlyArray<StrandId> } {
    const steps = this.#steps
    const events = this.#events
    this.#steps = []
    this.#events = null
    const [first] = steps
    if (first !== undefined && steps.length === 1 && events === null) {
      return { changes: toChanges(first), calls: first.calls }
    }
    return {
      changes: {
        strands: merge(steps).map(Snapshot.toStored),
        joined: steps.flatMap(({ joined }) => joined),
        consumed: steps.flatMap(({ consumed }) => consumed.map(({ seq }) => seq)),
        events: events ?? steps.flatMap((step) => step.events)
      },
      calls: steps.flatMap(({ calls }) => calls)
    }
  }
}

const toChanges = (step: Step<Text>): Changes => ({
  strands: step.stored.map(Snapshot.toStored),
  joined: step.joined,
  consumed: step.consumed.map(({ seq }) => seq),
  events: step.events
})

/** The last state of each strand that no later step has joined away. */
const merge = (steps: ReadonlyArray<Step<Text>>): ReadonlyArray<Strand<Text>> => {
  const strands = new Map<StrandId, Strand<Text>>()
  for (const step of steps) {
    for (const prefix of step.joined) {
      for (const id of strands.keys()) if (id.startsWith(`${prefix}/`)) strands.delete(id)
    }
    for (const strand of step.stored) strands.set(strand.id, strand)
  }
  return [...strands.values()]
}
