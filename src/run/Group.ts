// Strands that one strand opened and waits for: the branches of a fork, the elements of a list. What a join makes
// of them is decided here, each time that one of them has ended.
import type { Fork } from "../ir/Node.ts"
import { hasFailed, type Strand } from "./Strand.ts"
import type { Values } from "./Transition.ts"

export interface Group<Value> {
  /** Members that have not ended, opened or not. */
  readonly left: number
  /** The first member that has not been opened. */
  readonly next: number
  /** The elements of a list; null for the branches of a fork. */
  readonly items: ReadonlyArray<Value> | null
}

/** What the end of a member means for its group. */
export type Verdict<Value> =
  | { readonly _tag: "Waits" }
  | { readonly _tag: "Joins"; readonly value: Value }
  | { readonly _tag: "Fails"; readonly error: Value; readonly summary: string }

/** A branch with its strand; undefined for one that has not been opened. */
export type Member<Value> = readonly [name: string, strand: Strand<Value> | undefined]

interface Ended<Value> {
  readonly id: string
  readonly node: Fork
  readonly values: Values<Value>
  /** The member that has ended. */
  readonly strand: Strand<Value>
  readonly name: string
  readonly left: number
  /** All members, in declared order: read only where they are needed. */
  readonly members: () => ReadonlyArray<Member<Value>>
}

const waits = { _tag: "Waits" } as const

/** Of a fork, one of whose branches has ended. */
export const verdict = <Value>(ended: Ended<Value>): Verdict<Value> => {
  const { join } = ended.node
  if (typeof join === "object") return ofQuorum(ended, join.quorum)
  const { left, strand, values } = ended
  switch (join) {
    case "all":
      if (hasFailed(strand)) return failing(ended)
      return left > 0 ? waits : joins(values.record(ended.members().map(toOutput)))
    case "race":
      return hasFailed(strand) ? failing(ended) : joins(winner(ended))
    case "any":
      if (!hasFailed(strand)) return joins(winner(ended))
      return left > 0 ? waits : ofNone(ended, 1)
    case "settled":
      if (left > 0) return waits
      return joins(
        values.record(
          ended.members().map(([branch, member]) => [branch, outcomeOf(values, member!)] as const)
        )
      )
  }
}

const joins = <Value>(value: Value): Verdict<Value> => ({ _tag: "Joins", value })

const failing = <Value>({ strand, values }: Ended<Value>): Verdict<Value> => ({
  _tag: "Fails",
  error: strand.value,
  summary: values.summaryOf(strand.value)
})

/** Which branch it was, and what it gave. */
const winner = <Value>({ name, strand, values }: Ended<Value>): Value =>
  values.record([
    ["branch", values.of(name)],
    ["value", strand.value]
  ])

const outcomeOf = <Value>(values: Values<Value>, strand: Strand<Value>): Value =>
  hasFailed(strand)
    ? values.record([
        ["ok", values.of(false)],
        ["error", strand.value]
      ])
    : values.record([
        ["ok", values.of(true)],
        ["value", strand.value]
      ])

const toOutput = <Value>([name, strand]: Member<Value>): readonly [string, Value] => {
  if (strand === undefined) throw new RangeError(`a join without branch '${name}'`)
  return [name, strand.value]
}

const ofQuorum = <Value>(ended: Ended<Value>, quorum: number): Verdict<Value> => {
  const members = ended.members()
  const done = members.filter(([, strand]) => strand?.node === null)
  const good = done.filter(([, strand]) => strand !== undefined && !hasFailed(strand))
  if (good.length >= quorum) return joins(ended.values.record(good.map(toOutput)))
  const failed = done.length - good.length
  return members.length - failed < quorum ? ofNone(ended, quorum) : waits
}

const ofNone = <Value>(ended: Ended<Value>, needed: number): Verdict<Value> => {
  const errors = ended
    .members()
    .flatMap(([name, strand]) =>
      strand !== undefined && hasFailed(strand) ? [[name, strand.value] as const] : []
    )
  const error = ended.values.tooFewBranches({ node: ended.id, needed, errors })
  return { _tag: "Fails", error, summary: ended.values.summaryOf(error) }
}
