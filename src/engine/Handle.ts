// One run, as who started it holds it. The types of the workflow say what it takes, gives and waits for.
import type {
  AnyWorkflow,
  Failure,
  Output,
  Payload,
  Progress,
  SignalName
} from "../builder/Workflow.ts"
import type { HistoryEvent } from "../run/History.ts"
import type { Ended, RunState } from "./RunState.ts"

export interface RequestOptions {
  /** For people: why. */
  readonly reason?: string
  /** For people: who. */
  readonly by?: string
}

export interface SignalOptions {
  /** Names this send: a second one with the same key to the same run stores nothing. */
  readonly key?: string
}

export interface Handle<W extends AnyWorkflow> {
  readonly id: string
  /**
   * Waits for the end of the run. Rejects with the error that it failed with, with `RunCancelled`, or with
   * `EngineClosed` when the engine is closed first. May be called any number of times.
   */
  readonly result: () => Promise<Output<W>>
  /**
   * The same as a value: how the run has ended. `error` is what the tasks declare, or whatever else they threw.
   * Rejects only when it cannot be known, as with `EngineClosed`.
   */
  readonly outcome: () => Promise<Ended<Output<W>, Failure<W> | Error>>
  /** What the run last published; null while it has published nothing. It stays readable when the run has ended. */
  readonly progress: () => Promise<Progress<W> | null>
  /**
   * What the run publishes from now on, beginning with what it last published; ends with the run. What follows fast
   * may be left out: the latest counts, and is at most `pollMs` late, 200 ms unless given.
   */
  readonly watch: (options?: { readonly pollMs?: number }) => AsyncGenerator<Progress<W>, void>
  readonly status: () => Promise<RunState<Output<W>>>
  /**
   * Sends a signal, checked against its schema here. It is kept until the run waits for it.
   * Rejects with `InvalidPayload` or `RunFinished`.
   */
  readonly signal: <Name extends SignalName<W>>(
    name: Name,
    payload: Payload<W, Name>,
    options?: SignalOptions
  ) => Promise<void>
  /** See `Engine.cancel`. */
  readonly cancel: (options?: RequestOptions) => Promise<void>
  /** See `Engine.pause`. */
  readonly pause: (options?: RequestOptions) => Promise<void>
  /** See `Engine.resume`. */
  readonly resume: () => Promise<void>
  readonly history: () => Promise<ReadonlyArray<HistoryEvent>>
}
