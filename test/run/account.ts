// What a whole run comes to, by the naive interpreter: its end, unless it is cancelled before, and what is undone then.
import type { Definition } from "../../src/ir/Definition.ts"
import type { Task } from "../../src/ir/Node.ts"
import type { End } from "./joins.ts"
import { isUnordered, published, toUndo } from "./marks.ts"
import type { Expected, World } from "./calls.ts"
import { once, Reference, waitMs } from "./reference.ts"

export interface Account {
  /** Null: the run does not end. */
  readonly end: Exclude<End, { readonly _tag: "Again" }> | { readonly _tag: "Cancelled" }
  readonly endedAtMs: number | null
  /** What the history says about undoing. */
  readonly undone: ReadonlyArray<string>
  readonly published: string | null
  readonly calls: ReadonlyArray<Expected>
  /** Two things happened in the same millisecond, and all that follows depends on which of them was first. */
  readonly isTied: boolean
}

export const account = (
  definition: Definition,
  input: string,
  world: World,
  cancelAtMs = Infinity
): Account => {
  const reference = new Reference(definition, world)
  const end = reference.run(definition.entry, input)
  const isCancelled = cancelAtMs < (end?.atMs ?? Infinity)
  const endMs = isCancelled ? cancelAtMs : (end?.atMs ?? Infinity)
  if (isCancelled) cut(reference, endMs)
  if (cancelAtMs === end?.atMs) reference.isTied = true
  const isUndone = isCancelled || end?._tag === "Error"
  const { atMs, undone } = isUndone
    ? undo(reference, definition, { world, atMs: endMs })
    : { atMs: endMs, undone: [] }
  return {
    end: isCancelled ? { _tag: "Cancelled" } : (end as Account["end"]),
    endedAtMs: atMs === Infinity ? null : atMs,
    undone,
    published: published(reference.marks),
    calls: reference.calls,
    isTied: reference.isTied || isUnordered(reference.marks)
  }
}

/** Crosses out what comes after `endMs`. */
const cut = (reference: Reference, endMs: number): void => {
  const { calls, marks } = reference
  reference.isTied ||= marks.some(({ atMs }) => atMs === endMs)
  reference.marks = marks.filter(({ atMs }) => atMs < endMs)
  reference.calls = calls
    .filter(({ atMs }) => atMs <= endMs)
    .map((call) => ({ ...call, isSure: call.isSure && call.atMs < endMs }))
}

/** Undoes one after another, the last first; one that cannot be undone does not stop the others. */
const undo = (
  { calls, marks }: Reference,
  { nodes }: Definition,
  from: { readonly world: World; readonly atMs: number }
): { readonly atMs: number; readonly undone: ReadonlyArray<string> } => {
  const undone: Array<string> = []
  let { atMs } = from
  for (const { indices, node, value } of toUndo(marks)) {
    const retry = (nodes[node] as Task).policy?.undo?.retry ?? once
    const at = { node: `undo ${node}`, indices }
    for (let attempt = 1, isOver = false; !isOver; attempt += 1) {
      calls.push({ ...at, attempt, value, atMs, seen: [], isSure: true })
      const { fails, ms, random, retryable } = from.world.attempt(at, attempt)
      atMs += ms
      if (fails) undone.push(`CompensationAttemptFailed ${node}`)
      isOver = !fails || !retryable || attempt > retry.maxRetries
      if (isOver) undone.push(`Compensation${fails ? "Failed" : "Completed"} ${node}`)
      else atMs += waitMs(retry, attempt, random)
    }
  }
  return { atMs, undone }
}
