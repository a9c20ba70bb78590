// What an author wrote that cannot become a node. Each names the workflow and the node; faults of the finished
// definition, like an empty branch, are found by validation instead.
import * as Data from "effect/Data"
import type { NodeId } from "../ir/Node.ts"
import { shown } from "../task/Shown.ts"
import { nameRule } from "../task/Task.ts"

/** A node, signal or branch cannot be called so. */
export class InvalidName extends Data.TaggedError("InvalidName")<{
  readonly workflow: string
  readonly node: NodeId
  readonly name: string
}> {
  override get message(): string {
    return `Workflow '${this.workflow}' at ${this.node}: ${JSON.stringify(this.name)} is no name, ${nameRule}`
  }
}

/** A node is called like one that runs before it. */
export class DuplicateId extends Data.TaggedError("DuplicateId")<{
  readonly workflow: string
  readonly node: NodeId
  readonly id: string
}> {
  override get message(): string {
    return `Workflow '${this.workflow}' at ${this.node}: the id '${this.id}' is already used before it, rename one with .as("...")`
  }
}

/** One name stands for two different tasks, or a signal is awaited with two different schemas. */
export class NameConflict extends Data.TaggedError("NameConflict")<{
  readonly workflow: string
  readonly node: NodeId
  readonly kind: "task" | "signal"
  readonly name: string
}> {
  override get message(): string {
    const twice =
      this.kind === "task" ? "names two different tasks" : "is awaited with two different schemas"
    return `Workflow '${this.workflow}' at ${this.node}: the ${this.kind} name '${this.name}' ${twice}, share one constant or rename one`
  }
}

/** Anything may be thrown where an option is read, also what has no text. */
const words = (cause: unknown): string => (typeof cause === "string" ? cause : shown(cause))

/** A node was given something that cannot be used. */
export class InvalidOption extends Data.TaggedError("InvalidOption")<{
  readonly workflow: string
  readonly node: NodeId
  readonly option: string
  readonly cause: unknown
}> {
  override get message(): string {
    const why = this.cause instanceof Error ? this.cause.message : words(this.cause)
    return `Workflow '${this.workflow}' at ${this.node}: unusable ${this.option}: ${why}`
  }
}
