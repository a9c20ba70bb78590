// A task: a function with a name under which every worker finds it again. What it takes, gives, fails with and
// requires is inferred from the function; a schema where given checks at run time too.
import * as Schema from "effect/Schema"
import { Name, type Task as TaskNode } from "../ir/Node.ts"
import type { ErrorClass, TaskEntry } from "./Registry.ts"
import type { SchemaInput, SchemaOutput, StandardSchemaV1 } from "./StandardSchema.ts"
import type { ErrorOf, OutputOf, RequirementsOf, Stored, StoredSchema } from "./Storable.ts"
import type { TaskContext } from "./TaskContext.ts"
import {
  type AnyCallOptions,
  type CallOptions,
  type FailureOf,
  InvalidTask,
  refuseUnusable,
  toMeta,
  toPolicy
} from "./TaskOptions.ts"
import type { Duration } from "../ir/Duration.ts"

/** A reusable unit of work. The compiler compares two by their type arguments alone, which keeps messages short. */
export interface Task<
  Id extends string,
  in In,
  out Out,
  out E = never,
  out R = never
> extends TaskParts {
  /** Id of the node that this task makes. */
  readonly id: Id
  /** The same work as another node: the id changes, the registered task does not. */
  as<const Other extends string>(id: Other): Task<Other, In, Out, E, R>
  /** Types only; nothing at run time. */
  readonly "~types": TaskTypes<In, Out, E, R>
}

interface TaskTypes<in In, out Out, out E, out R> {
  readonly in: (input: In) => void
  readonly out: Out
  readonly error: E
  readonly requirements: R
}

/** A task without its types. */
export interface TaskParts {
  readonly id: string
  /** The name that it is registered under. */
  readonly task: string
  /** The function itself, for a test of it alone. */
  readonly fn: TaskEntry["fn"]
  readonly entry: TaskEntry
  /** What each node that calls it carries. Together: an optional property here would lengthen every message. */
  readonly node: Pick<TaskNode, "policy" | "meta">
}

export interface TaskOptions<Input, Output, Thrown, Timeout, Deadline> extends CallOptions<
  Thrown,
  Timeout,
  Deadline
> {
  /** Checks each value before the function gets it. */
  readonly input?: Input
  /** Checks each result before it becomes the value. */
  readonly output?: Output
}

/** What a function may return: with a schema what that accepts, else whatever can be stored. */
type Returns<Returned, Output extends StandardSchemaV1> = [Output] extends [never]
  ? Stored<Returned>
  : OutputOf<Returned> extends SchemaInput<Output>
    ? StoredSchema<Output, "output"> extends Output
      ? Returned
      : NoInfer<StoredSchema<Output, "output">>
    : NoInfer<SchemaInput<Output> | Promise<SchemaInput<Output>>>

/** Declares a task: a function of the value that returns a value, a Promise or an Effect. */
export function task<const Id extends string, In, Returned>(
  id: Id,
  fn: (input: In, context: TaskContext) => Stored<Returned>
): Task<Id, In, OutputOf<Returned>, ErrorOf<Returned>, RequirementsOf<Returned>>
/** Declares a task with schemas, errors, retry, times and notes. Throws `InvalidTask`. */
export function task<
  const Id extends string,
  In,
  Returned,
  Input extends StandardSchemaV1 = never,
  Output extends StandardSchemaV1 = never,
  Thrown extends ErrorClass = never,
  Timeout extends Duration = never,
  Deadline extends Duration = never
>(
  id: Id,
  options: TaskOptions<Input, Output, Thrown, Timeout, Deadline>,
  fn: (
    input: [Input] extends [never] ? In : SchemaOutput<Input>,
    context: TaskContext
  ) => Returns<Returned, Output>
): Task<
  Id,
  [Input] extends [never] ? In : SchemaInput<Input>,
  [Output] extends [never] ? OutputOf<Returned> : SchemaOutput<Output>,
  ErrorOf<Returned> | FailureOf<Thrown, Timeout, Deadline>,
  RequirementsOf<Returned>
>
export function task(id: string, optionsOrFn: object, fn?: unknown): unknown {
  return fn === undefined ? toTask(id, {}, optionsOrFn) : toTask(id, optionsOrFn, fn)
}

/** The runtime options of a task: schemas beside what any call may say. */
type AnyTaskOptions = AnyCallOptions & Pick<TaskEntry, "input" | "output">

/** Makes a task without its types; the builder makes its steps of it. Throws `InvalidTask`. */
export const toTask = (id: string, options: AnyTaskOptions, fn: unknown): TaskParts => {
  if (!isName(id)) throw new InvalidTask({ task: String(id), option: "id", cause: nameRule })
  if (!isFunction(fn))
    throw new InvalidTask({ task: id, option: "function", cause: `got ${typeof fn}` })
  refuseUnusable(id, options)
  const { input, output, errors = [], retry } = options
  const entry: TaskEntry = {
    name: id,
    fn,
    errors,
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(retry?.if !== undefined && { retryIf: retry.if })
  }
  const policy = toPolicy(id, options)
  const meta = toMeta(options)
  return named(id, {
    task: id,
    fn,
    entry,
    node: { ...(policy !== undefined && { policy }), ...(meta !== undefined && { meta }) }
  })
}

const named = (
  id: string,
  parts: Omit<TaskParts, "id">
): TaskParts & { as(id: string): TaskParts } => ({
  ...parts,
  id,
  as: (other) => {
    if (!isName(other)) throw new InvalidTask({ task: parts.task, option: "id", cause: nameRule })
    return named(other, parts)
  }
})

/** Whether this value is a task. */
export const isTask = (value: unknown): value is TaskParts =>
  typeof value === "object" && value !== null && "entry" in value && "as" in value

/** Whether this can name a task, step, branch, signal or workflow. */
export const isName = Schema.is(Name)

/** What `isName` demands, in words. */
export const nameRule = "write 1 to 128 letters, digits, dots, dashes or underscores"

const isFunction = (fn: unknown): fn is TaskEntry["fn"] => typeof fn === "function"
