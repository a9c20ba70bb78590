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

const limits = {
  retry: Schema.optionalKey(RetryPolicy),
  /** Bounds one attempt. */
  timeoutMs: Schema.optionalKey(DurationMs),
  /** Bounds all attempts and the waits between them, from when the strand reached the node. */
  deadlineMs: Schema.optionalKey(DurationMs)
}

export const TaskPolicy = Schema.Struct({
  ...limits,
  /** The same for what undoes it. */
  undo: Schema.optionalKey(Schema.Struct(limits))
})
export type TaskPolicy = typeof TaskPolicy.Type

/** Calls the registered task with the value, or with what `input` makes of it; the result becomes the value. */
export const Task = Schema.TaggedStruct("Task", {
  task: TaskName,
  input: Schema.optionalKey(FunctionName),
  /** What undoes it, when the run fails or is cancelled later: called with the task's output. */
  undo: Schema.optionalKey(TaskName),
  policy: Schema.optionalKey(TaskPolicy),
  meta: Meta,
  next: Next
})
export type Task = typeof Task.Type

/**
 * When a fork goes on. `all`: every branch has succeeded. `any`: one has. `race`: one has ended. `settled`: every
 * one has ended. A quorum: so many have succeeded. What still runs then is interrupted.
 */
export const Join = Schema.Union([
  Schema.Literals(["all", "any", "race", "settled"]),
  Schema.Struct({ quorum: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)) })
])
export type Join = typeof Join.Type

/** Starts every branch with the fork's own value; what the join makes of their outputs becomes the value. */
export const Fork = Schema.TaggedStruct("Fork", {
  /** Branch name to its first node, in declared order. Null is an empty branch, which validation refuses. */
  branches: Schema.Record(Name, Next),
  join: Join,
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

/** Parks until the time that `at` gives, or until `policy.atMs`; the value passes through. */
export const SleepUntil = Schema.TaggedStruct("SleepUntil", {
  at: Schema.optionalKey(FunctionName),
  policy: Schema.optionalKey(Schema.Struct({ atMs: Schema.Int })),
  meta: Meta,
  next: Next
})
export type SleepUntil = typeof SleepUntil.Type

/** Runs the arm that the key names on the route's value. The key is a property of the value, or what `select` gives. */
export const Route = Schema.TaggedStruct("Route", {
  on: Schema.Union([
    Schema.Struct({ property: Schema.String }),
    Schema.Struct({ select: FunctionName })
  ]),
  /** Key to the first node of its arm. Null is an arm that passes the value through. */
  arms: Schema.Record(Name, Next),
  /** What runs for any other key. Absent: the strand fails. */
  otherwise: Schema.optionalKey(Next),
  meta: Meta,
  next: Next
})
export type Route = typeof Route.Type

/** Runs the body, then asks `while` with what it gave: true runs the body again, on that value. */
export const Loop = Schema.TaggedStruct("Loop", {
  body: Next,
  while: FunctionName,
  policy: Schema.Struct({
    /** Rounds, the first included. */
    max: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
    /** What happens when the last round asks for another: the strand fails, or goes on with the last value. */
    onMax: Schema.Literals(["fail", "continue"])
  }),
  meta: Meta,
  next: Next
})
export type Loop = typeof Loop.Type

/** Runs the body for each element of the value, a list; the list of outputs, in the order of the elements, becomes the value. */
export const ForEach = Schema.TaggedStruct("ForEach", {
  body: Next,
  policy: Schema.Struct({ concurrency: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)) }),
  meta: Meta,
  next: Next
})
export type ForEach = typeof ForEach.Type

/** Runs the body; an error of a tag that is named here goes to its handler, as the value. */
export const Catch = Schema.TaggedStruct("Catch", {
  body: Next,
  /** Tag of an error to the first node of what handles it; `*` takes every other. Null: the error becomes the value. */
  handlers: Schema.Record(Schema.String, Next),
  meta: Meta,
  next: Next
})
export type Catch = typeof Catch.Type

/** Another workflow, run as part of this one. */
export const Inline = Schema.TaggedStruct("Inline", {
  workflow: Name,
  version: Schema.String,
  body: Next,
  meta: Meta,
  next: Next
})
export type Inline = typeof Inline.Type

/** Keeps the value by the name that ends its id, `charge+keep.receipt`, for what comes later; the value passes through. */
export const Keep = Schema.TaggedStruct("Keep", { meta: Meta, next: Next })
export type Keep = typeof Keep.Type

/** Publishes what its function gives, for whoever looks at the run; the value passes through. */
export const Publish = Schema.TaggedStruct("Publish", {
  give: FunctionName,
  meta: Meta,
  next: Next
})
export type Publish = typeof Publish.Type

/**
 * Starts over with the value as the input, and nothing else: the workflow that it belongs to, or the run. What still
 * runs is interrupted. Nothing follows it.
 */
export const ContinueAs = Schema.TaggedStruct("ContinueAs", { meta: Meta, next: Next })
export type ContinueAs = typeof ContinueAs.Type

export const Node = Schema.Union([
  Task,
  Fork,
  Delay,
  AwaitSignal,
  SleepUntil,
  Route,
  Loop,
  ForEach,
  Catch,
  Inline,
  Keep,
  Publish,
  ContinueAs
])
export type Node = typeof Node.Type

/** A region that a node owns: how it is called in a path, and its first node. */
export interface Region {
  /** "" for what keeps the path of its owner: what a `catch` encloses is not renamed by it. */
  readonly name: string
  readonly entry: NodeId | null
}

/** The regions that `node` owns, in declared order. The one place that knows where a node keeps them. */
export const regions = (node: Node): ReadonlyArray<Region> => {
  switch (node._tag) {
    case "Fork":
      return named(node.branches)
    case "AwaitSignal":
      return node.onTimeout === undefined ? [] : [{ name: "timeout", entry: node.onTimeout }]
    case "Route":
      return node.otherwise === undefined
        ? named(node.arms)
        : [...named(node.arms), { name: "otherwise", entry: node.otherwise }]
    case "Loop":
    case "ForEach":
    case "Inline":
      return [{ name: "body", entry: node.body }]
    case "Catch":
      return [{ name: "", entry: node.body }, ...named(node.handlers)]
    case "Task":
    case "Delay":
    case "SleepUntil":
    case "Keep":
    case "Publish":
    case "ContinueAs":
      return []
  }
}

const named = (links: Readonly<Record<string, NodeId | null>>): ReadonlyArray<Region> =>
  Object.entries(links).map(([name, entry]) => ({ name, entry }))

/** The function that `node` asks beside a task. */
export const functionOf = (node: Node): string | undefined => {
  switch (node._tag) {
    case "Task":
      return node.input
    case "SleepUntil":
      return node.at
    case "Route":
      return "select" in node.on ? node.on.select : undefined
    case "Loop":
      return node.while
    case "Publish":
      return node.give
    case "Fork":
    case "Delay":
    case "AwaitSignal":
    case "ForEach":
    case "Catch":
    case "Inline":
    case "Keep":
    case "ContinueAs":
      return undefined
  }
}
