// Whoever waits for the end of a run. A run that ends in this process tells at once, without a read; one that
// ends elsewhere is looked up when the store hints at a change.
import type { RunId } from "../run/RunId.ts"
import type { FinishedStatus } from "../run/Status.ts"
import type { Run, Text } from "../store/Store.ts"
import { RunCancelled } from "./EngineError.ts"
import { LiveMap } from "./LiveMap.ts"

export interface Result {
  readonly status: FinishedStatus
  readonly text: Text
}

interface Waiter {
  readonly generation: number
  readonly done: (result: Result) => void
  /** Nobody will tell any more. */
  readonly closed: () => void
}

export class Results {
  readonly #waiters = new LiveMap<RunId, Set<Waiter>>()

  /** Calls back once, when this generation of the run has ended; returns how to stop waiting. */
  wait(id: RunId, waiter: Waiter): () => void {
    const waiters = this.#waiters.get(id) ?? new Set<Waiter>()
    this.#waiters.set(id, waiters.add(waiter))
    return () => {
      waiters.delete(waiter)
      if (waiters.size === 0 && this.#waiters.get(id) === waiters) this.#waiters.delete(id)
    }
  }

  /** The engine is closed: whoever still waits is told so. */
  close(): void {
    const all = this.#waiters.values()
    this.#waiters.clear()
    for (const waiters of all) for (const { closed } of waiters) closed()
  }

  /** Runs that somebody waits for. */
  get awaited(): ReadonlyArray<RunId> {
    return this.#waiters.keys()
  }

  ended(id: RunId, generation: number, result: Result): void {
    const waiters = this.#waiters.get(id)
    if (waiters === undefined) return
    for (const waiter of waiters) {
      if (waiter.generation > generation) continue
      waiters.delete(waiter)
      // A later generation has the id: whatever became of this one, nobody will tell any more.
      waiter.done(waiter.generation === generation ? result : replaced)
    }
    if (waiters.size === 0) this.#waiters.delete(id)
  }

  /** A new start took the id. */
  replaced(id: RunId, generation: number): void {
    this.ended(id, generation, replaced)
  }

  /** What a read of the store says. */
  found(run: Run): void {
    const result = toResult(run)
    if (result !== null) this.ended(run.id, run.generation, result)
    else if (run.generation > 1) this.replaced(run.id, run.generation - 1)
  }
}

/** Null while the run is not finished. */
export const toResult = (run: Run): Result | null =>
  run.result === null
    ? null
    : // A run has a result exactly when its status is a finished one.
      { status: run.status as FinishedStatus, text: run.result }

const replaced: Result = {
  status: "cancelled",
  text: JSON.stringify(RunCancelled.byReplacement)
}
