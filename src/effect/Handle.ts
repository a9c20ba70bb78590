// One run, as who started it holds it: the Promise face's handle, as Effects. What takes nothing is an Effect itself.
import type * as Effect from "effect/Effect"
import type { AnyWorkflow, Failure, Output, Payload, SignalName } from "../builder/Workflow.ts"
import type { RequestOptions, SignalOptions } from "../engine/Handle.ts"
import type { RunState } from "../engine/RunState.ts"
import type { HistoryEvent } from "../run/History.ts"
import type { ControlError, ReadError, ResultFailure, SignalError } from "./Failures.ts"

export interface Handle<W extends AnyWorkflow> {
  readonly id: string
  /**
   * Waits for the end of the run: its output, or what it failed with. May be run any number of times; whoever is
   * interrupted stops waiting, and the run goes on.
   */
  readonly result: Effect.Effect<Output<W>, ResultFailure<Failure<W>>>
  readonly status: Effect.Effect<RunState<Output<W>>, ReadError>
  /** Sends a signal, checked against its schema here. It is kept until the run waits for it. */
  readonly signal: <Name extends SignalName<W>>(
    name: Name,
    payload: Payload<W, Name>,
    options?: SignalOptions
  ) => Effect.Effect<void, SignalError>
  /** See `Engine.cancel`. */
  readonly cancel: (options?: RequestOptions) => Effect.Effect<void, ControlError>
  /** See `Engine.pause`. */
  readonly pause: (options?: RequestOptions) => Effect.Effect<void, ControlError>
  /** See `Engine.resume`. */
  readonly resume: Effect.Effect<void, ControlError>
  readonly history: Effect.Effect<ReadonlyArray<HistoryEvent>, ReadError>
}
