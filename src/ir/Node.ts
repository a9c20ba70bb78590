// Every kind of node on one screen: this file is the language that a workflow compiles to.
// A node is plain JSON. It names the node that runs after it (`next`), or null where its region ends:
// the whole definition, a branch, or what a timeout does are regions. `policy` holds what may change under
// a live run; all else is structure.
import * as Schema from "effect/Schema"
import { DurationMs } from "./Duration.ts"
import { RetryPolicy } from "./RetryPolicy.ts"

/** The path of a node: `charge`, or `charge+fork/email/send` inside a branch. Unique in its definition. */
export const NodeId = Schema.String
export type NodeId = string

/** A name that the author wrote: of a task, step, branch or signal. Names become keys, so never `__proto__`. */
export const Name = Schema.String.check(Schema.isPattern(/^(?!__proto__$)[\w.-]{1,128}$/))

/** A registered task: the author's id, or `workflow#node` for a step written in place. */
export const TaskName = Schema.String.check(Schema.isPattern(/^[^\s]{1,4096}$/))

/** A registered function that is not a task, by the node it serves: `workflow#node@input`. */
export const FunctionName = TaskName

const Next = Schema.NullOr(NodeId)

/** For people and tools; in no hash. */
const Meta = Schema.optionalKey(
  Schema.Struct({
    description: Schema.optionalKey(Schema.String),
    tags: Schema.optionalKey(Schema.Array(Schema.String))
  })
)

export const TaskPolicy = Schema.Struct({
  retry: Schema.optionalKey(RetryPolicy),
  /** Bounds one attempt. */
  timeoutMs: Schema.optionalKey(DurationMs),
  /** Bounds all attempts and the waits between them, from when the strand reached the node. */
  deadlineMs: Schema.optionalKey(DurationMs)
})
export type TaskPolicy = typeof TaskPolicy.Type

/** Calls the registered task with the value, or with what `input` makes of it; the result becomes the value. */
export const Task = Schema.TaggedStruct("Task", {
  task: TaskName,
  input: Schema.optionalKey(FunctionName),
  policy: Schema.optionalKey(TaskPolicy),
  meta: Meta,
  next: Next
})
export type Task = typeof Task.Type

/** Starts every branch with the fork's own value; the record of their outputs becomes the value. */
export const Fork = Schema.TaggedStruct("Fork", {
  /** Branch name to its first node, in declared order. Null is an empty branch, which validation refuses. */
  branches: Schema.Record(Name, Next),
  join: Schema.Literals(["all"]),
  meta: Meta,
  next: Next
})
export type Fork = typeof Fork.Type

/** Waits; the value passes through. */
export const Delay = Schema.TaggedStruct("Delay", {
  policy: Schema.Struct({ ms: DurationMs }),
  meta: Meta,
  next: Next
})
export type Delay = typeof Delay.Type

/** Parks the strand until `signal` arrives; its payload becomes the value. */
export const AwaitSignal = Schema.TaggedStruct("AwaitSignal", {
  signal: Name,
  policy: Schema.optionalKey(Schema.Struct({ timeoutMs: Schema.optionalKey(DurationMs) })),
  /** First node of what runs after a timeout, on the value before the wait. Absent: the strand fails. Null: it goes on. */
  onTimeout: Schema.optionalKey(Next),
  meta: Meta,
  next: Next
})
export type AwaitSignal = typeof AwaitSignal.Type

export const Node = Schema.Union([Task, Fork, Delay, AwaitSignal])
export type Node = typeof Node.Type

/** A region that a node owns: how it is called in a path, and its first node. */
export interface Region {
  readonly name: string
  readonly entry: NodeId | null
}

/** The regions that `node` owns, in declared order. The one place that knows where a node keeps them. */
export const regions = (node: Node): ReadonlyArray<Region> => {
  switch (node._tag) {
    case "Fork":
      return Object.entries(node.branches).map(([name, entry]) => ({ name, entry }))
    case "AwaitSignal":
      return node.onTimeout === undefined ? [] : [{ name: "timeout", entry: node.onTimeout }]
    case "Task":
    case "Delay":
      return []
  }
}
