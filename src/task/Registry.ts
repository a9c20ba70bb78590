// Names to what they name: the one thing that a stored run needs from today's code.
// A registry is asked by name and answers at once or later, so that a worker may load only what it runs.
// A step written in place is registered with its workflow, as `workflow#node`.
import * as Data from "effect/Data"
import type { ErrorClass } from "../codec/Codec.ts"
import type { Definition } from "../ir/Definition.ts"
import type { Hashes } from "../ir/Hash.ts"
import type { StandardSchemaV1 } from "./StandardSchema.ts"
import type { TaskContext } from "./TaskContext.ts"

export type { ErrorClass }

/** A registered task. */
export interface TaskEntry {
  readonly name: string
  /** A plain value, a Promise or an Effect. Takes what `input` made of the value. */
  readonly fn: (input: unknown, context: TaskContext) => unknown
  /** Checks each value before `fn` gets it. */
  readonly input?: StandardSchemaV1
  /** Checks each result before it becomes the value. */
  readonly output?: StandardSchemaV1
  readonly errors: ReadonlyArray<ErrorClass>
  /** False ends the retries at once. */
  readonly retryIf?: (error: unknown) => boolean
}

/** A registered function that is no task: it computes, and is not recorded. */
export type FunctionEntry = (value: unknown, context: TaskContext) => unknown

/** What can be run under a workflow's name: its definition, and what that names. */
export interface WorkflowEntry {
  readonly name: string
  readonly version: string
  readonly definition: Definition
  readonly hashes: Hashes
  /** Checks the input of a run. */
  readonly input: StandardSchemaV1
  /** Check payloads, by name of the signal. */
  readonly signals: Readonly<Record<string, StandardSchemaV1>>
  readonly tasks: ReadonlyMap<string, TaskEntry>
  readonly functions: ReadonlyMap<string, FunctionEntry>
}

/** Whether this value is a workflow. */
export const isWorkflowEntry = (value: unknown): value is WorkflowEntry =>
  typeof value === "object" && value !== null && "definition" in value && "functions" in value

/** Found at once, found later, or not there. */
export type Lookup<A> = A | undefined | Promise<A | undefined>

export interface Registry {
  readonly workflow: (name: string) => Lookup<WorkflowEntry>
  readonly task: (name: string) => Lookup<TaskEntry>
  readonly fn: (name: string) => Lookup<FunctionEntry>
}

/** What the generator writes: each id to a function that loads what it names. */
export interface RegistryModule {
  readonly tasks: Loaders<{ readonly entry: TaskEntry }>
  readonly workflows: Loaders<WorkflowEntry>
  /** Tasks that no module exports, by the workflow that brings them. */
  readonly inWorkflows?: Readonly<Record<string, string>>
}

type Loaders<A> = Readonly<Record<string, () => A | Promise<A>>>

/** One name was given to two things, so a stored run could not tell which it means. */
export class RegisteredTwice extends Data.TaggedError("RegisteredTwice")<{
  readonly kind: "workflow" | "task" | "function"
  readonly name: string
}> {
  override get message(): string {
    return `Two ${this.kind}s are called '${this.name}': rename one, runs are found again by these names`
  }
}

/** The registry of these workflows and the tasks that they call. Throws `RegisteredTwice`. */
export const fromWorkflows = (workflows: Iterable<WorkflowEntry>): Registry => {
  const byName = new Map<string, WorkflowEntry>()
  const tasks = new Map<string, TaskEntry>()
  // A workflow brings those of the children that it runs as part of itself: these need no registration.
  const functions = new Map<string, FunctionEntry>()
  for (const workflow of workflows) {
    register("workflow", byName, workflow.name, workflow)
    for (const [name, entry] of workflow.tasks) register("task", tasks, name, entry)
    for (const [name, fn] of workflow.functions) register("function", functions, name, fn)
  }
  return {
    workflow: (name) => byName.get(name),
    task: (name) => tasks.get(name),
    fn: (name) => functions.get(name)
  }
}

const register = <A>(
  kind: RegisteredTwice["kind"],
  known: Map<string, A>,
  name: string,
  entry: A
) => {
  if ((known.get(name) ?? entry) !== entry) throw new RegisteredTwice({ kind, name })
  known.set(name, entry)
}

/** The registry of a generated module: each thing is loaded when its name is first asked for. */
export const fromModule = (module: RegistryModule): Registry => {
  const workflow = (name: string): Lookup<WorkflowEntry> => load(module.workflows, name)
  return {
    workflow,
    task: async (name) => {
      const owner = name.includes("#") ? ownerOf(name) : module.inWorkflows?.[name]
      if (owner !== undefined) return (await workflow(owner))?.tasks.get(name)
      return (await load(module.tasks, name))?.entry
    },
    fn: async (name) => (await workflow(ownerOf(name)))?.functions.get(name)
  }
}

/** What `first` has, else what `second` has. */
export const either = (first: Registry, second: Registry): Registry => ({
  workflow: (name) => first.workflow(name) ?? second.workflow(name),
  task: (name) => first.task(name) ?? second.task(name),
  fn: (name) => first.fn(name) ?? second.fn(name)
})

const load = <A>(loaders: Loaders<A>, name: string): Lookup<A> =>
  Object.hasOwn(loaders, name) ? loaders[name]?.() : undefined

/** `order` for `order#approve` and for `order#ship@input`. */
const ownerOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf("#")))
