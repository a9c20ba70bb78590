// Random worlds: how often attempts fail, what functions say, which signals are sent. Everything follows from a
// number and the place, so that the same is answered in whatever order it is asked.
import * as fc from "fast-check"
import { keys, restartKey } from "../ir/arbitrary.ts"
import type { World } from "./calls.ts"
import { toHash } from "./texts.ts"

const roundsMax = 2

export interface Chances {
  readonly salt: number
  /** Of 100: how many attempts fail, how many of these for good, how many signals are sent. */
  readonly failing: number
  readonly final: number
  readonly sent: number
  /** Of 100: how many loops ask for another round. */
  readonly again: number
  /** Of 100: how many arms that start over are taken. */
  readonly restarts: number
  readonly overlap: boolean
}

export const chances = (overlap: fc.Arbitrary<boolean>): fc.Arbitrary<Chances> =>
  fc.record({
    salt: fc.nat(),
    failing: fc.constantFrom(0, 0, 10, 30, 60),
    final: fc.constantFrom(0, 10),
    sent: fc.constantFrom(0, 50, 100, 100),
    again: fc.constantFrom(0, 40, 60),
    restarts: fc.constantFrom(0, 50, 90),
    overlap
  })

export const toWorld = ({
  again,
  failing,
  final,
  overlap,
  restarts,
  salt,
  sent
}: Chances): World => {
  const roll = (text: string, sides: number) => toHash(`${salt} ${text}`) % sides
  return {
    overlap,
    isSent: (signal) => roll(signal, 100) < sent,
    attempt: ({ indices, node }, attempt) => {
      const at = `${node} ${indices.join()} ${attempt}`
      return {
        ms: 1 + 2 * roll(`ms ${at}`, 10_000),
        fails: roll(`fails ${at}`, 100) < failing,
        retryable: roll(`final ${at}`, 100) >= final,
        random: roll(`random ${at}`, 1_000) / 1_000
      }
    },
    decide: (node, { indices, node: id }) => {
      const at = `decide ${id} ${indices.join()}`
      if (node._tag === "Loop") return roll(at, 100) < again
      if (node._tag === "Route" && Object.hasOwn(node.arms, restartKey)) {
        // Every round counts among the indices, so none of them goes on for ever.
        const isOver = indices.some((index) => index >= roundsMax)
        if (!isOver && roll(`restart ${at}`, 100) < restarts) return restartKey
      }
      if (node._tag === "SleepUntil") return roll(at, 100_000)
      return [...keys, "unheard of"][roll(at, keys.length + 1)]!
    }
  }
}
