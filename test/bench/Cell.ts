// One measurement: a system, a piece of work, and how many runs at once. Each is a fresh process on a fresh
// database; what it prints is one line of JSON.

export interface Cell {
  /** `effect:policy`, `sqlite:tx`, `sqlite:group`, `onward`, `onward:memory` or `onward:sqlite`. */
  readonly system: string
  readonly work: "linear" | "fork" | "park" | "recover"
  /** Steps of a linear run, branches of a fork. */
  readonly size: number
  readonly atOnce: number
  readonly seconds: number
  /** Where the database is; shared by the cell that parks a run and the one that recovers it. */
  readonly folder: string
}

export interface Outcome {
  readonly steps: number
  readonly stepsPerSecond: number
  readonly cpuUsPerStep: number
  readonly p50Ms: number
  readonly commitsPerStep: number
  readonly bytesPerStep: number | null
  readonly commitP50Ms: number | null
  /** From the end of the last commit to the result in the caller's hand. */
  readonly resultLagP50Ms: number | null
  /** From `Engine.open` until a parked run has gone on. */
  readonly recoverMs: number | null
}

/** A line that says the run is parked, for whoever is to kill the process. */
export const parkedLine = "PARKED"
