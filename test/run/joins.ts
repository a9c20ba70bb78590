// What every kind of join makes of the ends of its members, for the naive interpreter: written from the ends that
// there are so far, each time anew.
import type { Fork, NodeId } from "../../src/ir/Node.ts"
import { values } from "./texts.ts"

/** How a region ends. Null: never. */
export type End =
  | { readonly _tag: "Value"; readonly value: string; readonly atMs: number }
  | { readonly _tag: "Error"; readonly error: string; readonly node: NodeId; readonly atMs: number }
  /** Its workflow starts over, whatever else there is between. */
  | { readonly _tag: "Again"; readonly value: string; readonly atMs: number }
  | null

/** A member of a group that has ended. */
export interface Ended {
  readonly index: number
  readonly end: NonNullable<End>
}

export interface Group {
  readonly count: number
  readonly concurrency: number
  readonly perform: (index: number, atMs: number) => End
  /** What the group comes to when `last` ends, `ended` being all that have; null while it waits. */
  readonly join: (ended: ReadonlyArray<Ended>, last: Ended) => End
}

export const textOf = (end: NonNullable<End>): string =>
  end._tag === "Error" ? end.error : end.value

export const inOrder = (ended: ReadonlyArray<Ended>): ReadonlyArray<Ended> =>
  ended.toSorted((a, b) => a.index - b.index)

export const joined = (fork: {
  readonly id: NodeId
  readonly join: Fork["join"]
  readonly names: ReadonlyArray<string>
  readonly ended: ReadonlyArray<Ended>
  readonly last: Ended
}): End => {
  const { ended, id, join, last, names } = fork
  const { atMs } = last.end
  const good = ended.filter(({ end }) => end._tag === "Value")
  const bad = ended.filter(({ end }) => end._tag === "Error")
  const named = (some: ReadonlyArray<Ended>, toText = textOf) =>
    inOrder(some).map(({ end, index }) => [names[index]!, toText(end)] as const)
  const gives = (members: ReadonlyArray<readonly [string, string]>): End => ({
    _tag: "Value",
    value: values.record(members),
    atMs
  })
  const winner = () =>
    gives([
      ["branch", values.of(names[last.index]!)],
      ["value", textOf(last.end)]
    ])
  const few = (needed: number): End => {
    const error = values.tooFewBranches({ node: id, needed, errors: named(bad) })
    return { _tag: "Error", error, node: id, atMs }
  }
  if (typeof join === "object") {
    if (good.length === join.quorum) return gives(named(good))
    return names.length - bad.length < join.quorum ? few(join.quorum) : null
  }
  switch (join) {
    case "all":
      if (bad.length > 0) return last.end
      return good.length === names.length ? gives(named(good)) : null
    case "race":
      return last.end._tag === "Error" ? last.end : winner()
    case "any":
      if (good.length > 0) return winner()
      return bad.length === names.length ? few(1) : null
    case "settled":
      return ended.length < names.length ? null : gives(named(ended, toOutcome))
  }
}

const toOutcome = (end: NonNullable<End>): string =>
  end._tag === "Error" ? `{"ok":false,"error":${end.error}}` : `{"ok":true,"value":${end.value}}`
