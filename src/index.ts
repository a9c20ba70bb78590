// The public face: every name that a user may import from "onward".
import * as Effect from "effect/Effect"
import type { AnyWorkflow, Input, Output, Runnable } from "./builder/Workflow.ts"
import * as InProcess from "./engine/InProcess.ts"

export {
  type AnyWorkflow,
  type Failure,
  type Input,
  type Output,
  type Payload,
  type SignalName,
  type Workflow,
  workflow
} from "./builder/Workflow.ts"
export { type Task, task } from "./task/Task.ts"
export { type StandardSchemaV1, type } from "./task/StandardSchema.ts"
export type { TaskContext } from "./task/TaskContext.ts"
export { SignalTimedOut, TaskDeadlineExceeded, TaskTimedOut } from "./task/Failure.ts"
export {
  Engine,
  type CloseOptions,
  type EngineOptions,
  type ListOptions,
  type SendOptions,
  type StartOptions
} from "./engine/Engine.ts"
export type { Handle, RequestOptions, SignalOptions } from "./engine/Handle.ts"
export type { RunInfo, RunState } from "./engine/RunState.ts"
export type { HistoryEvent } from "./run/History.ts"
export type { Status, Wait } from "./run/Status.ts"
export * from "./engine/EngineError.ts"
export { memory, sqlite, type StoreSource } from "./store/StoreSource.ts"

export interface RunOptions {
  /** Aborting it interrupts what runs and rejects. */
  readonly signal?: AbortSignal
}

/**
 * Runs a workflow in this process; nothing is stored. Resolves to its output, rejects with the error that it
 * failed with, or before anything is called with \`SignalsNotSupported\`, \`TaskNotFound\` or \`InvalidInput\`.
 */
export const run = <W extends AnyWorkflow>(
  workflow: W & Runnable<NoInfer<W>>,
  input: NoInfer<Input<W>>,
  options?: RunOptions
): Promise<Output<W>> =>
  // What the last task gave has the workflow's output type.
  options?.signal?.aborted === true
    ? Promise.reject(options.signal.reason)
    : (Effect.runPromise(InProcess.run(workflow, input), options) as Promise<Output<W>>)

/**
 * Runs a workflow on the caller's thread: branches one after another, delays and retries block it, timeouts are
 * not enforced. Throws what \`run\` rejects with, and \`AsyncTaskInSyncRun\` at a task that has to be waited for.
 */
export const runSync = <W extends AnyWorkflow>(
  workflow: W & Runnable<NoInfer<W>>,
  input: NoInfer<Input<W>>
): Output<W> => InProcess.runSync(workflow, input) as Output<W>
