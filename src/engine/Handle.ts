// One run, as who started it holds it. The types of the workflow say what it takes, gives and waits for.
import type { AnyWorkflow, Output, Payload, SignalName } from "../builder/Workflow.ts"
import type { HistoryEvent } from "../run/History.ts"
import type { RunState } from "./RunState.ts"

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
