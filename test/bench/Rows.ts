// The goals that can be measured in one process, each as a ratio against a limit of the same repetition, or as a
// count. A row that misses its goal is reported, never failed: time on a shared machine proves nothing by itself.
import type { Cell, Outcome } from "./Cell.ts"
import { median } from "./Meters.ts"

type Shape = Omit<Cell, "folder" | "seconds">

const linear = (system: string, atOnce: number): Shape => ({
  system,
  work: "linear",
  size: 4,
  atOnce
})
const fork = (system: string, size: number): Shape => ({ system, work: "fork", size, atOnce: 4 })
const recovery = (size: number): Shape => ({
  system: "onward:sqlite",
  work: "recover",
  size,
  atOnce: 1
})

/** Outcomes of one repetition, in the order of the row's cells. */
type Reps = ReadonlyArray<ReadonlyArray<Outcome>>

export interface Goal {
  readonly row: number
  readonly what: string
  readonly cells: ReadonlyArray<Shape>
  /** Of one repetition; null where it could not be measured. */
  readonly value: (outcomes: ReadonlyArray<Outcome>) => number | null
  readonly must: number
  readonly target: number
  /** Whether more is better. */
  readonly isFloor?: true
}

const ratio = (a: number | null | undefined, b: number | null | undefined): number | null =>
  typeof a === "number" && typeof b === "number" && b !== 0 ? a / b : null

export const goals: ReadonlyArray<Goal> = [
  {
    row: 1,
    what: "in process, 4 steps: CPU a step / the Effect program",
    cells: [linear("effect:policy", 64), linear("onward", 64)],
    value: ([limit, ours]) => ratio(ours?.cpuUsPerStep, limit?.cpuUsPerStep),
    must: 3,
    target: 1
  },
  {
    row: 2,
    what: "in process, fork of 100: CPU a branch / the Effect program",
    cells: [fork("effect:policy", 100), fork("onward", 100)],
    value: ([limit, ours]) => ratio(ours?.cpuUsPerStep, limit?.cpuUsPerStep),
    must: 3,
    target: 1
  },
  {
    row: 2,
    what: "in process, CPU a branch: fork of 100 / fork of 10",
    cells: [fork("onward", 100), fork("onward", 10)],
    value: ([many, few]) => ratio(many?.cpuUsPerStep, few?.cpuUsPerStep),
    must: 1.1,
    target: 1
  },
  {
    row: 3,
    what: "SQLite, 64 at once: steps a second / group commit of bare rows",
    cells: [linear("sqlite:group", 64), linear("onward:sqlite", 64)],
    value: ([limit, ours]) => ratio(ours?.stepsPerSecond, limit?.stepsPerSecond),
    must: 0.4,
    target: 0.7,
    isFloor: true
  },
  {
    row: 4,
    what: "SQLite, 1 at a time: p50 / one transaction a step of bare rows",
    cells: [linear("sqlite:tx", 1), linear("onward:sqlite", 1)],
    value: ([limit, ours]) => ratio(ours?.p50Ms, limit?.p50Ms),
    must: 1.5,
    target: 1.1
  },
  {
    row: 8,
    what: "SQLite, 1 at a time, 100 steps: commits a step",
    cells: [{ ...linear("onward:sqlite", 1), size: 100 }],
    value: ([ours]) => ours?.commitsPerStep ?? null,
    must: 1.02,
    target: 1.01
  },
  {
    row: 8,
    what: "SQLite, 64 at once: commits a step",
    cells: [linear("onward:sqlite", 64)],
    value: ([ours]) => ours?.commitsPerStep ?? null,
    must: 1 / 8,
    target: 1 / 16
  },
  {
    row: 8,
    what: "SQLite, 1 at a time: bytes a step",
    cells: [{ ...linear("onward:sqlite", 1), size: 100 }],
    value: ([ours]) => ours?.bytesPerStep ?? null,
    must: 9_000,
    target: 9_000
  },
  {
    row: 11,
    what: "recovery after a kill, ms: 1,000 finished steps minus 1",
    cells: [recovery(1_000), recovery(1)],
    value: ([long, short]) =>
      long?.recoverMs == null || short?.recoverMs == null ? null : long.recoverMs - short.recoverMs,
    must: 10,
    target: 2
  },
  {
    row: 14,
    what: "SQLite, 1 at a time: result after the last checkpoint / one commit",
    cells: [linear("onward:sqlite", 1)],
    value: ([ours]) => ratio(ours?.resultLagP50Ms, ours?.commitP50Ms),
    must: 1,
    target: 0.5
  }
]

/** The median over the repetitions, and what it means. */
export const judge = (goal: Goal, reps: Reps) => {
  const values = reps.flatMap((outcomes) => goal.value(outcomes) ?? [])
  const value = values.length === 0 ? null : median(values)
  const reaches = (bound: number) =>
    value !== null && (goal.isFloor === true ? value >= bound : value <= bound)
  const verdict = reaches(goal.target) ? "target" : reaches(goal.must) ? "must" : "missed"
  const { must, row, target, what } = goal
  return {
    row,
    what,
    value,
    values,
    must,
    target,
    verdict: value === null ? "unmeasured" : verdict
  }
}
