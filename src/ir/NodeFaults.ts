// What is wrong with a node by itself, whatever leads to it: its names, and what it owns.
import * as Schema from "effect/Schema"
import type { Definition } from "./Definition.ts"
import type { Fault } from "./Fault.ts"
import {
  type Fork,
  functionOf,
  FunctionName,
  Name,
  type Node,
  type NodeId,
  type Route,
  TaskName
} from "./Node.ts"
import { pathOf } from "./Place.ts"

const isName = Schema.is(Name)
const isTaskName = Schema.is(TaskName)
const isFunctionName = Schema.is(FunctionName)

/** A handler without a name would share the path of the body, and handle itself. */
const isTag = (tag: string): boolean => tag !== "" && tag !== "__proto__"

/**
 * The last part of an id: a name, with `+fork` or the like for a node without a name of its own.
 */
const isOwnPart = (part: string): boolean => isName(part) || unnamed.test(part)
const unnamed = /^[\w.-]{1,128}(?:\+[\w.-]{1,160})+$/

export const nameFaults = ({ workflow }: Definition): ReadonlyArray<Fault> =>
  isName(workflow) ? [] : [badName(undefined, "workflow", workflow)]

export const nodeFaults = (id: NodeId, node: Node): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  const part = id.slice(pathOf(id).length)
  if (!isOwnPart(part)) faults.push(badName(id, "node", part))
  const fn = functionOf(node)
  if (fn !== undefined && !isFunctionName(fn)) faults.push(badName(id, "function", fn))
  switch (node._tag) {
    case "Task":
      if (!isTaskName(node.task)) faults.push(badName(id, "task", node.task))
      if (node.undo !== undefined && !isTaskName(node.undo)) {
        faults.push(badName(id, "task", node.undo))
      }
      break
    case "AwaitSignal":
      if (!isName(node.signal)) faults.push(badName(id, "signal", node.signal))
      break
    case "Fork":
      faults.push(...branchFaults(id, node))
      break
    case "Route":
      faults.push(...armFaults(id, node))
      break
    case "Loop":
    case "ForEach":
      if (node.body === null) {
        faults.push({ code: "EmptyBody", node: id, detail: "the body is empty: give it a task" })
      }
      break
    case "Inline":
      if (!isName(node.workflow)) faults.push(badName(id, "workflow", node.workflow))
      break
    case "ContinueAs":
      if (node.next !== null) {
        const detail = `it starts over, so ${node.next} would never run: nothing may follow`
        faults.push({ code: "NeverRuns", node: id, detail })
      }
      break
    case "Catch":
      for (const tag of Object.keys(node.handlers)) {
        if (!isTag(tag)) faults.push(badName(id, "handler", tag))
      }
      break
    case "Delay":
    case "SleepUntil":
    case "Keep":
    case "Publish":
      break
  }
  return faults
}

const branchFaults = (node: NodeId, { branches, join }: Fork): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  const count = Object.keys(branches).length
  for (const [name, entry] of Object.entries(branches)) {
    if (!isName(name)) faults.push(badName(node, "branch", name))
    if (entry === null) {
      faults.push({ code: "EmptyBranch", node, detail: `branch ${name} is empty: give it a task` })
    }
  }
  if (count === 0) {
    const detail = "the fork has no branches: give it at least one"
    faults.push({ code: "NoBranches", node, detail })
  } else if (typeof join === "object" && join.quorum > count) {
    const detail = `the join waits for ${join.quorum} of ${count} branches: ask for fewer`
    faults.push({ code: "QuorumTooHigh", node, detail })
  }
  return faults
}

const armFaults = (node: NodeId, { arms, otherwise }: Route): ReadonlyArray<Fault> => {
  const names = Object.keys(arms)
  if (names.length === 0 && otherwise === undefined) {
    return [{ code: "NoArms", node, detail: "the route has no arms: give it at least one" }]
  }
  return names.filter((name) => !isName(name)).map((name) => badName(node, "arm", name))
}

const badName = (node: NodeId | undefined, what: string, name: string): Fault => ({
  code: "BadName",
  node,
  detail: `${JSON.stringify(name)} is no ${what} name: ${nameRule(what)}`
})

const nameRule = (what: string): string => {
  if (what === "task" || what === "function") return "write 1 to 4096 characters without spaces"
  if (what === "handler")
    return "write the tag of an error, or * for every other, and not __proto__"
  return "write 1 to 128 letters, digits, dots, dashes or underscores, and not __proto__"
}
