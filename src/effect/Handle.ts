// One run, as who started it holds it: the Promise face's handle, as Effects. What takes nothing is an Effect itself.
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type {
  AnyWorkflow,
  Failure,
  Output,
  Payload,
  Progress,
  SignalName
} from "../builder/Workflow.ts"
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
  /** What the run last published; null while it has published nothing. It stays readable when the run has ended. */
  readonly progress: Effect.Effect<Progress<W> | null, ReadError>
  /**
   * What the run publishes from now on, beginning with what it last published; ends with the run. What follows fast
   * may be left out: the latest counts, and is at most `pollMs` late, 200 ms unless given.
   */
  readonly watch: (options?: { readonly pollMs?: number }) => Stream.Stream<Progress<W>, ReadError>
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
