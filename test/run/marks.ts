// What a run leaves behind on its way, for the naive interpreter: tasks that may have to be undone, what it
// published, that it started over. Read when the end of the run is known.
import type { NodeId } from "../../src/ir/Node.ts"

export interface Done {
  readonly _tag: "Done"
  readonly atMs: number
  readonly node: NodeId
  readonly indices: ReadonlyArray<number>
  /** What the task gave. */
  readonly value: string
}

export type Mark =
  | Done
  | { readonly _tag: "Published"; readonly atMs: number; readonly value: string }
  | { readonly _tag: "Restarted"; readonly atMs: number }

const inTime = (marks: ReadonlyArray<Mark>) => marks.toSorted((a, b) => a.atMs - b.atMs)

/** What there is to undo, the last to complete first. */
export const toUndo = (marks: ReadonlyArray<Mark>): ReadonlyArray<Done> => {
  const all = inTime(marks)
  const restart = all.findLastIndex(({ _tag }) => _tag === "Restarted")
  const left = all.slice(restart + 1)
  return left.flatMap((mark) => (mark._tag === "Done" ? mark : [])).toReversed()
}

export const published = (marks: ReadonlyArray<Mark>): string | null =>
  inTime(marks)
    .flatMap((mark) => (mark._tag === "Published" ? mark.value : []))
    .at(-1) ?? null

/** Whether the order of two of the same kind is not certain. */
export const isUnordered = (marks: ReadonlyArray<Mark>): boolean => {
  const times = marks.map(({ _tag, atMs }) => `${_tag === "Published"} ${atMs}`)
  return new Set(times).size < times.length
}
