// A workflow run in this process as an Effect: its tasks run in the fiber of whoever runs it, and so with that
// fiber's services, spans and references, and are interrupted with it.
import * as Effect from "effect/Effect"
import {
  type AnyWorkflow,
  assertWorkflow,
  type Failure,
  type Input,
  type Output,
  type Requirements
} from "../builder/Workflow.ts"
import * as InProcess from "../engine/InProcess.ts"
import { errorsOf, type RunFailure, typed } from "./Failures.ts"

/**
 * Runs a workflow in this process; nothing is stored. Requires what its tasks require, and fails with what they
 * declare, or before anything is called with `InvalidInput`, `SignalsNotSupported` or `TaskNotFound`.
 */
export const run = <W extends AnyWorkflow>(
  workflow: W,
  input: NoInfer<Input<W>>
): Effect.Effect<Output<W>, RunFailure<Failure<W>>, Requirements<W>> =>
  Effect.suspend(() => {
    assertWorkflow(workflow)
    const ran = typed<RunFailure<Failure<W>>>(errorsOf(workflow))(InProcess.run(workflow, input))
    // What the last task gave has the workflow's output type.
    return ran as Effect.Effect<Output<W>, RunFailure<Failure<W>>>
  })
