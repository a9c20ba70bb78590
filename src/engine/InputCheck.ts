// The input of a run, checked before anything starts.
import * as Data from "effect/Data"
import type { WorkflowEntry } from "../task/Registry.ts"
import type { StandardSchemaV1 } from "../task/StandardSchema.ts"
import { toSentences } from "./Attempt.ts"
import { isPromise } from "./Binding.ts"

/** The input of a run does not fit the workflow's schema. Nothing was started. */
export class InvalidInput extends Data.TaggedError("InvalidInput")<{
  readonly workflow: string
  readonly issues: ReadonlyArray<string>
}> {
  override get message(): string {
    return `The input of workflow '${this.workflow}' does not fit: ${this.issues.join("; ")}`
  }
}

/** What the workflow's input schema makes of `input`. Throws `InvalidInput`. */
export const check = (workflow: WorkflowEntry, input: unknown): unknown => {
  const checked = workflow.input["~standard"].validate(input)
  const accept = (result: StandardSchemaV1.Result<unknown>): unknown => {
    if (result.issues === undefined) return result.value
    throw new InvalidInput({ workflow: workflow.name, issues: toSentences(result.issues) })
  }
  return isPromise(checked) ? Promise.resolve(checked).then(accept) : accept(checked)
}
