// The public face: every name that a user may import from "onward".
import * as Effect from "effect/Effect"
import {
  type AnyWorkflow,
  type Input,
  type Output,
  runnable,
  type Runnable
} from "./builder/Workflow.ts"
import { withCaller } from "./engine/Caller.ts"
import * as InProcess from "./engine/InProcess.ts"

// Workflows and tasks
export {
  type AnyWorkflow,
  type Failure,
  type Input,
  InvalidWorkflow,
  NotAWorkflow,
  type Output,
  type Payload,
  type Requirements,
  type Runnable,
  type SignalName,
  type Workflow,
  workflow,
  type WorkflowOptions
} from "./builder/Workflow.ts"
export type { AnyFlow, Branch, Child, Flow, Signal, Sub } from "./builder/Flow.ts"
export type { Fork, Settled } from "./builder/Fork.ts"
export { type Task, task, type TaskOptions } from "./task/Task.ts"
export { type CallOptions, InvalidTask, type RetryOptions } from "./task/TaskOptions.ts"
export type { TaskContext } from "./task/TaskContext.ts"
export { type StandardSchemaV1, type } from "./task/StandardSchema.ts"
export { type Duration, InvalidDuration } from "./ir/Duration.ts"
export { BuilderAwaited, NotAFlow, NothingToUndo, NotATask } from "./builder/Builder.ts"
export { DuplicateId, InvalidName, InvalidOption, NameConflict } from "./builder/CompileError.ts"

// Definitions and registries
export type { Definition } from "./ir/Definition.ts"
export type { Hashes } from "./ir/Hash.ts"
export { MalformedDefinition, NewerFormat } from "./ir/Json.ts"
export { type Fault, InvalidDefinition } from "./ir/Validate.ts"
export {
  type ErrorClass,
  RegisteredTwice,
  type RegistryModule,
  type TaskEntry,
  type WorkflowEntry
} from "./task/Registry.ts"

// Runs and what they fail with
export {
  InvalidDecision,
  LoopLimitExceeded,
  NotAList,
  RouteKeyNotFound,
  SignalTimedOut,
  TaskDeadlineExceeded,
  TaskTimedOut,
  TooFewBranches
} from "./task/Failure.ts"
export { InvalidInput } from "./engine/InputCheck.ts"
export { InvalidTaskValue } from "./engine/Attempt.ts"
export { AsyncTaskInSyncRun } from "./engine/AttemptResult.ts"
export { SignalsNotSupported, TaskNotFound } from "./engine/InProcess.ts"
export { UnreadableSeal } from "./codec/Seal.ts"
export {
  InvalidStorable,
  type Storable,
  storable,
  type StorableOptions,
  stored
} from "./codec/StoredClass.ts"
export { UnreadableValue } from "./codec/UnreadableValue.ts"
export { type NotStorable, ValueNotStorable } from "./codec/ValueNotStorable.ts"

// The engine
export { type CloseOptions, Engine, type ListOptions, type SendOptions } from "./engine/Engine.ts"
export type { EngineOptions, StartOptions } from "./engine/EngineOptions.ts"
export type { Handle, RequestOptions, SignalOptions } from "./engine/Handle.ts"
export type { RunInfo, RunState } from "./engine/RunState.ts"
export type { HistoryEvent } from "./run/History.ts"
export type { Status, Wait } from "./run/Status.ts"
export {
  EngineClosed,
  InvalidArgument,
  InvalidPayload,
  InvalidStartTime,
  RunAlreadyExists,
  RunCancelled,
  RunFinished,
  RunNotFound,
  RunOfOtherWorkflow,
  UnknownSignal,
  WorkflowNotRegistered
} from "./engine/EngineError.ts"
export { TamperedDefinition } from "./engine/Definitions.ts"
export { InvalidRunId } from "./run/RunId.ts"

// Stores
export {
  memory,
  type Seal,
  type Sealed,
  sqlite,
  type StoreSource,
  UnknownStore
} from "./store/StoreSource.ts"
export { aes256gcm, type Aes256GcmOptions, InvalidSeal } from "./store/sealed/Aes256Gcm.ts"
export { ForeignDatabase, NewerDatabase, StoreUnavailable } from "./store/StoreError.ts"

export interface RunOptions {
  /** Aborting it interrupts what runs and rejects. */
  readonly signal?: AbortSignal
}

/**
 * Runs a workflow in this process; nothing is stored. Resolves to its output, rejects with the error that it
 * failed with, or before anything is called with `SignalsNotSupported`, `TaskNotFound` or `InvalidInput`.
 */
export const run = <W extends AnyWorkflow>(
  workflow: Runnable<W>,
  input: NoInfer<Input<W>>,
  options?: RunOptions
): Promise<Output<W>> =>
  // What the last task gave has the workflow's output type.
  rejectAborted(
    options?.signal,
    () =>
      Effect.runPromise(InProcess.run(runnable<W>(workflow), input), options) as Promise<Output<W>>
  )

/** What an aborted signal says is why the run rejects, also when it is aborted midway. */
const rejectAborted = async <A>(
  signal: AbortSignal | undefined,
  start: () => Promise<A>
): Promise<A> => {
  signal?.throwIfAborted()
  try {
    return await start()
  } catch (error) {
    signal?.throwIfAborted()
    throw withCaller(error)
  }
}

/**
 * Runs a workflow on the caller's thread: branches one after another, delays and retries block it, timeouts are
 * not enforced. Throws what `run` rejects with, and `AsyncTaskInSyncRun` at a task that has to be waited for.
 */
export const runSync = <W extends AnyWorkflow>(
  workflow: Runnable<W>,
  input: NoInfer<Input<W>>
): Output<W> => InProcess.runSync(runnable<W>(workflow), input) as Output<W>
