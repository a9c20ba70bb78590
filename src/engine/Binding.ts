// A definition bound to code: its plan, and for each task node the functions to call, looked up once per
// definition and not once per step.
import type { NodeId } from "../ir/Node.ts"
import type { Definition } from "../ir/Definition.ts"
import { type Plan, prepare } from "../run/Plan.ts"
import type { ErrorClass, FunctionEntry, Registry, TaskEntry } from "../task/Registry.ts"

export interface Call {
  readonly node: NodeId
  readonly task: string
  readonly entry: TaskEntry
  /** Makes the task's input of the value; absent where the value is the input. */
  readonly input?: FunctionEntry
  readonly timeoutMs: number | undefined
  readonly deadlineMs: number | undefined
}

export interface Binding {
  readonly plan: Plan
  /** By node. A task node that is not here names code that the registry does not have. */
  readonly calls: ReadonlyMap<NodeId, Call>
  /** Classes of errors that the tasks may throw. */
  readonly errors: ReadonlyArray<ErrorClass>
}

/** At once when the registry answers at once, so that a synchronous run can bind. */
export const bind = (
  definition: Definition,
  registry: Registry,
  overlap = true
): Binding | Promise<Binding> => {
  const plan = prepare(definition, overlap)
  const found = [...plan.nodes.values()].flatMap(({ id, node }) => {
    if (node._tag !== "Task") return []
    const entry = registry.task(node.task)
    const input = node.input === undefined ? undefined : registry.fn(node.input)
    return [{ id, node, entry, input }]
  })
  const isLate = found.some(({ entry, input }) => isPromise(entry) || isPromise(input))
  const toBinding = (parts: ReadonlyArray<Found>): Binding => ({
    plan,
    calls: new Map(parts.flatMap(toCall)),
    errors: parts.flatMap(({ entry }) => entry?.errors ?? [])
  })
  // Not late: neither field of any part is a promise.
  if (!isLate) return toBinding(found as ReadonlyArray<Found>)
  const settled = found.map(async (part) => ({
    ...part,
    entry: await part.entry,
    input: await part.input
  }))
  return Promise.all(settled).then(toBinding)
}

interface Found {
  readonly id: NodeId
  readonly node: Extract<Definition["nodes"][string], { readonly _tag: "Task" }>
  readonly entry: TaskEntry | undefined
  readonly input: FunctionEntry | undefined
}

const toCall = ({ entry, id, input, node }: Found): ReadonlyArray<readonly [NodeId, Call]> => {
  if (entry === undefined || (node.input !== undefined && input === undefined)) return []
  const { deadlineMs, timeoutMs } = node.policy ?? {}
  const call = { node: id, task: node.task, entry, timeoutMs, deadlineMs }
  return [[id, input === undefined ? call : { ...call, input }]]
}

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function"
