// The engine as a service, and the layer that opens it. The layer requires what the tasks of its workflows require:
// they run in the context in which it was built, with its services, spans and references.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { AnyWorkflow, Input, Payload, Requirements, SignalName } from "../builder/Workflow.ts"
import type { CloseOptions, ListOptions, SendOptions } from "../engine/Engine.ts"
import { type EngineOptions, type StartOptions, toRuntimeOptions } from "../engine/EngineOptions.ts"
import type { RequestOptions, SignalOptions } from "../engine/Handle.ts"
import type { RunInfo } from "../engine/RunState.ts"
import { open } from "../engine/Runtime.ts"
import type { RunOfOtherWorkflow } from "../engine/EngineError.ts"
import type { HistoryEvent } from "../run/History.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { RegistryModule } from "../task/Registry.ts"
import type { ControlError, ReadError, SignalError, StartError } from "./Failures.ts"
import type { Handle } from "./Handle.ts"
import { toService } from "./Service.ts"

/** What an open engine is asked. */
export interface EngineService {
  /** Starts a run. It is stored when this succeeds: no crash loses it. */
  readonly start: <W extends AnyWorkflow>(
    workflow: W,
    input: NoInfer<Input<W>>,
    options?: StartOptions
  ) => Effect.Effect<Handle<W>, StartError>
  /** Sends a signal, and starts the run that waits for it unless it exists. */
  readonly signalWithStart: <W extends AnyWorkflow, Name extends SignalName<W>>(
    workflow: W,
    input: NoInfer<Input<W>>,
    options: StartOptions &
      SignalOptions & {
        readonly id: string
        readonly signal: Name
        readonly payload: Payload<W, Name>
      }
  ) => Effect.Effect<Handle<W>, StartError | SignalError>
  /** The run of this id, whoever started it. */
  readonly handle: <W extends AnyWorkflow>(
    workflow: W,
    id: string
  ) => Effect.Effect<Handle<W>, ReadError | RunOfOtherWorkflow>
  /** Sends a signal to a run by its id, checked against the schema of its workflow, which must be registered here. */
  readonly signal: (
    id: string,
    name: string,
    payload: unknown,
    options?: SendOptions
  ) => Effect.Effect<void, SignalError>
  /**
   * Asks for the end of a run, wherever it is. Succeeds when the request is stored; the `result` of a handle fails
   * with `RunCancelled` when it is done.
   */
  readonly cancel: (id: string, options?: RequestOptions) => Effect.Effect<void, ControlError>
  /** Lets running tasks end, and starts no other until `resume`. Timers and signals that come are kept. */
  readonly pause: (id: string, options?: RequestOptions) => Effect.Effect<void, ControlError>
  /** Withdraws a pause. A run that is not paused goes on as it does. */
  readonly resume: (id: string) => Effect.Effect<void, ControlError>
  readonly get: (id: string) => Effect.Effect<RunInfo, ReadError>
  /** Runs that match, ordered by id, read page by page. */
  readonly list: (options?: ListOptions) => Stream.Stream<RunInfo, ReadError>
  /** What happened, in order. */
  readonly history: (id: string) => Effect.Effect<ReadonlyArray<HistoryEvent>, ReadError>
}

/** The options of `Engine.open`, and how long closing may take. */
export interface LayerOptions<
  Workflows extends ReadonlyArray<AnyWorkflow>,
  Module extends RegistryModule,
  Work extends boolean
>
  extends Omit<EngineOptions, "workflows" | "registry" | "work">, CloseOptions {
  /** What this engine can drive; what is not here is looked for in the `registry`. */
  readonly workflows?: Workflows
  /** The generated module: each workflow and task is loaded when a run first needs it. */
  readonly registry?: Module
  /** False for a process that only starts, controls and reads: its layer requires nothing. Default true. */
  readonly work?: Work
}

interface EmptyModule extends RegistryModule {
  readonly tasks: {}
  readonly workflows: {}
}

/** What the workflows and tasks of a generated module require. */
type ModuleRequirements<Module extends RegistryModule> =
  | RequirementsOf<Loaded<Module["workflows"]>>
  | RequirementsOf<Loaded<Module["tasks"]>>

type Loaded<Loaders> = Loaders[keyof Loaders] extends () => infer A ? Awaited<A> : never

type RequirementsOf<A> = A extends { readonly "~types": { readonly requirements: infer R } }
  ? R
  : never

/** The engine, as a service: `const engine = yield* Engine`. */
export class Engine extends Context.Service<Engine, EngineService>()("onward/Engine") {
  /**
   * Opens an engine with the scope of the layer, starts to work, and takes up what an earlier process left. When the
   * scope closes, what runs may end or park for `graceMs`, the rest is handed back, and the store is closed.
   * Requires what the tasks of its workflows require. An option that cannot be used is a defect.
   */
  static readonly layer = <
    const Workflows extends ReadonlyArray<AnyWorkflow> = [],
    Module extends RegistryModule = EmptyModule,
    const Work extends boolean = true
  >(
    options: LayerOptions<Workflows, Module, Work>
  ): Layer.Layer<
    Engine,
    StoreError,
    [Work] extends [false] ? never : Requirements<Workflows[number]> | ModuleRequirements<Module>
  > => Layer.effect(Engine, opened(options))
}

const opened = ({ graceMs = 10_000, ...options }: EngineOptions & CloseOptions) =>
  Effect.gen(function* () {
    let isClosed = false
    // The runtime takes the context of this fiber, and with it the services that the tasks require.
    const runtime = yield* Effect.acquireRelease(
      Effect.suspend(() => open(toRuntimeOptions(options))),
      (runtime) =>
        Effect.promise(() => {
          isClosed = true
          return runtime.close(graceMs)
        })
    )
    return toService(runtime, () => isClosed)
  })
