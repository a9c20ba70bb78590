// A definition bound to code: its plan, and for each node the function to call, looked up once per definition and
// not once per step.
import type { NodeId } from "../ir/Node.ts"
import type { Definition } from "../ir/Definition.ts"
import { functionOf, type Node } from "../ir/Node.ts"
import { keptInSight } from "../run/Note.ts"
import { type Plan, prepare } from "../run/Plan.ts"
import type { ErrorClass, FunctionEntry, Lookup, Registry, TaskEntry } from "../task/Registry.ts"

export interface Call {
  readonly node: NodeId
  /** The call in keys of idempotency: the node, or what undoes it. */
  readonly key: string
  readonly task: string
  readonly entry: TaskEntry
  /** The names that are kept in sight, with the nodes that keep them. */
  readonly kept: ReadonlyMap<string, NodeId>
  /** Makes the task's input of the value; absent where the value is the input. */
  readonly input?: FunctionEntry
  /** What the result decides: the way that the strand takes. Absent: the result becomes the value. */
  readonly decides?: Decision
  readonly timeoutMs: number | undefined
  readonly deadlineMs: number | undefined
}

/** The kinds of nodes whose function decides. */
export type Decision = "Route" | "Loop" | "SleepUntil"

export interface Binding {
  readonly plan: Plan
  /** By node. A node that is called and is not here names code that the registry does not have. */
  readonly calls: ReadonlyMap<NodeId, Call>
  /** What undoes the task of a node, by node. */
  readonly undos: ReadonlyMap<NodeId, Call>
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
  const found = [...plan.nodes.values()].flatMap(({ id, node }): ReadonlyArray<Sought> => {
    const name = functionOf(node)
    const fn = name === undefined ? undefined : registry.fn(name)
    if (node._tag !== "Task") {
      return name === undefined ? [] : [{ id, node, entry: undefined, undo: undefined, fn }]
    }
    const undo = node.undo === undefined ? undefined : registry.task(node.undo)
    return [{ id, node, entry: registry.task(node.task), undo, fn }]
  })
  const isLate = found.some(({ entry, fn, undo }) => [entry, fn, undo].some(isPromise))
  const toBinding = (parts: ReadonlyArray<Found>): Binding => ({
    plan,
    calls: new Map(parts.flatMap((part) => toCall(plan, part))),
    undos: new Map(parts.flatMap(toUndo)),
    errors: parts.flatMap(({ entry, undo }) => [...(entry?.errors ?? []), ...(undo?.errors ?? [])])
  })
  // Not late: neither field of any part is a promise.
  if (!isLate) return toBinding(found as ReadonlyArray<Found>)
  const settled = found.map(async (part) => ({
    ...part,
    entry: await part.entry,
    undo: await part.undo,
    fn: await part.fn
  }))
  return Promise.all(settled).then(toBinding)
}

interface Sought {
  readonly id: NodeId
  readonly node: Node
  readonly entry: Lookup<TaskEntry>
  readonly undo: Lookup<TaskEntry>
  readonly fn: Lookup<FunctionEntry>
}

interface Found extends Sought {
  readonly entry: TaskEntry | undefined
  readonly undo: TaskEntry | undefined
  readonly fn: FunctionEntry | undefined
}

type Bound = ReadonlyArray<readonly [NodeId, Call]>

const toCall = (plan: Plan, { entry, fn, id, node }: Found): Bound => {
  const kept = keptInSight(plan, id)
  if (node._tag !== "Task")
    return fn === undefined ? [] : [[id, toDecision({ id, node, fn, kept })]]
  if (entry === undefined || (node.input !== undefined && fn === undefined)) return []
  const { deadlineMs, timeoutMs } = node.policy ?? {}
  const call = { node: id, key: id, task: node.task, entry, kept, timeoutMs, deadlineMs }
  return [[id, fn === undefined ? call : { ...call, input: fn }]]
}

const noLimits = { timeoutMs: undefined, deadlineMs: undefined }

const toUndo = ({ id, node, undo }: Found): Bound => {
  if (node._tag !== "Task" || node.undo === undefined || undo === undefined) return []
  const { deadlineMs, timeoutMs } = node.policy?.undo ?? {}
  const call = { node: id, key: `${id}~undo`, task: node.undo, entry: undo, kept: new Map() }
  return [[id, { ...call, timeoutMs, deadlineMs }]]
}

const toDecision = ({
  fn,
  id,
  kept,
  node
}: {
  readonly id: NodeId
  readonly node: Node
  readonly fn: FunctionEntry
  readonly kept: Call["kept"]
}): Call => {
  const name = functionOf(node) ?? id
  const { _tag } = node
  const entry = { name, fn, errors: [] }
  const call = { node: id, key: id, task: name, entry, kept, ...noLimits }
  return _tag === "Route" || _tag === "Loop" || _tag === "SleepUntil"
    ? { ...call, decides: _tag }
    : call
}

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function"
