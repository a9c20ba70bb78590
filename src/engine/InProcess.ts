// A workflow run in this process: `run` with branches side by side, `runSync` one thing after another.
// Nothing is stored; values are handed on as they are.
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { functionOf } from "../ir/Node.ts"
import { nodeAt } from "../run/Plan.ts"
import * as Snapshot from "../run/Snapshot.ts"
import type { Outcome } from "../run/Transition.ts"
import { fromWorkflows, type WorkflowEntry } from "../task/Registry.ts"
import type { Caller } from "./Attempt.ts"
import { type Binding, bind, isPromise } from "./Binding.ts"
import { check } from "./InputCheck.ts"
import type { Host } from "./Host.ts"
import { Interpreter } from "./Interpreter.ts"
import { inProcess, toValues } from "./Wall.ts"

/** A run in process has nobody who could send it a signal: run the workflow on an engine. */
export class SignalsNotSupported extends Data.TaggedError("SignalsNotSupported")<{
  readonly workflow: string
  readonly node: string
  readonly signal: string
}> {
  override get message(): string {
    return `Workflow '${this.workflow}' waits at ${this.node} for signal '${this.signal}', which nobody can send to a run in process: start it on an engine`
  }
}

/** A definition names a task that nobody has registered. */
export class TaskNotFound extends Data.TaggedError("TaskNotFound")<{
  readonly workflow: string
  readonly node: string
  readonly task: string
}> {
  override get message(): string {
    return `Workflow '${this.workflow}' calls task '${this.task}' at ${this.node}, which is not registered: register it, or run 'onward generate'`
  }
}

const host = (isSync: boolean, nowMs: () => number): Host<unknown> => ({
  nowMs,
  isSync,
  journal: (run, step) => {
    if (step.outcome === null) run.perform(step.calls)
    else run.stop()
  },
  waits: () => undefined,
  blocked: () => undefined
})

/** Runs until the workflow completes or fails with what its tasks fail with. */
export const run = (workflow: WorkflowEntry, input: unknown): Effect.Effect<unknown, unknown> =>
  Effect.flatMap(prepared(workflow, input), ([binding, checked]) =>
    Effect.clockWith((clock) => {
      const inThisClock = host(false, () => clock.currentTimeMillisUnsafe())
      const interpreter = toInterpreter(workflow, { binding, host: inThisClock, input: checked })
      return Effect.flatMap(interpreter.loop, () => toEffect(interpreter.outcome))
    })
  )

/** All that may refuse a run before anything of it is called. */
const prepared = (
  workflow: WorkflowEntry,
  input: unknown
): Effect.Effect<readonly [Binding, unknown], unknown> =>
  Effect.suspend(() => {
    try {
      const binding = bindAll(workflow, true)
      const checked = check(workflow, input)
      if (!isPromise(binding) && !isPromise(checked)) return Effect.succeed([binding, checked])
      const both = Promise.all([binding, checked])
      return Effect.tryPromise({ try: () => both, catch: (error) => error })
    } catch (error) {
      return Effect.fail(error)
    }
  })

/** Runs on the caller's thread. Throws what the tasks throw, or `AsyncTaskInSyncRun`. */
export const runSync = (workflow: WorkflowEntry, input: unknown): unknown => {
  const binding = bindAll(workflow, false)
  const checked = check(workflow, input)
  if (isPromise(binding) || isPromise(checked)) {
    throw new Error(`the registry or the input schema of '${workflow.name}' is asynchronous`)
  }
  const interpreter = toInterpreter(workflow, {
    binding,
    host: host(true, Date.now),
    input: checked
  })
  interpreter.loopSync()
  const { outcome } = interpreter
  if (outcome?._tag === "Completed") return outcome.value
  throw outcome?._tag === "Failed" ? outcome.error : new Error("the run has no outcome")
}

const toEffect = (outcome: Outcome<unknown> | null): Effect.Effect<unknown, unknown> => {
  if (outcome?._tag === "Completed") return Effect.succeed(outcome.value)
  if (outcome?._tag === "Failed") return Effect.fail(outcome.error)
  return Effect.interrupt
}

const toInterpreter = (
  workflow: WorkflowEntry,
  {
    binding,
    host,
    input
  }: { readonly binding: Binding; readonly host: Host<unknown>; readonly input: unknown }
): Interpreter<unknown> => {
  const caller = new InProcessCaller(workflow.name)
  const atMs = host.nowMs()
  const interpreter = new Interpreter({
    binding,
    caller,
    snapshot: Snapshot.start(binding.plan, input, atMs),
    wall: inProcess,
    values: toValues(inProcess, () => caller.runId),
    host
  })
  interpreter.tell({ _tag: "Started", atMs, signals: [] })
  return interpreter
}

/** A run in process has an id of its own, made when somebody asks for it. */
class InProcessCaller implements Caller {
  readonly workflow: string
  #runId: string | undefined

  constructor(workflow: string) {
    this.workflow = workflow
  }

  get runId(): string {
    this.#runId ??= randomUUID()
    return this.#runId
  }

  get key(): string {
    return this.runId
  }
}

const bindings = new WeakMap<WorkflowEntry, Map<boolean, Binding | Promise<Binding>>>()

/** The binding of a workflow with all its tasks, made once. Throws what nothing should be called before. */
const bindAll = (workflow: WorkflowEntry, overlap: boolean): Binding | Promise<Binding> => {
  const known = bindings.get(workflow) ?? new Map<boolean, Binding | Promise<Binding>>()
  const made = known.get(overlap)
  if (made !== undefined) return made
  const bound = bind(workflow.definition, fromWorkflows([workflow]), overlap)
  const complete = isPromise(bound) ? bound.then(refuse) : refuse(bound)
  bindings.set(workflow, known.set(overlap, complete))
  return complete
}

const refuse = (binding: Binding): Binding => {
  const { plan } = binding
  const workflow = plan.definition.workflow
  for (const id of plan.nodes.keys()) {
    const { node } = nodeAt(plan, id)
    if (node._tag === "AwaitSignal") {
      throw new SignalsNotSupported({ workflow, node: id, signal: node.signal })
    }
    if (node._tag === "Task" && node.undo !== undefined && !binding.undos.has(id)) {
      throw new TaskNotFound({ workflow, node: id, task: node.undo })
    }
    const task = node._tag === "Task" ? node.task : functionOf(node)
    if (task !== undefined && !binding.calls.has(id)) {
      throw new TaskNotFound({ workflow, node: id, task })
    }
  }
  return binding
}
