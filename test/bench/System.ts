// What every measured system offers: the same two pieces of work, on numbers, so that nothing but the engine costs.

/** Starts one run; `result` resolves when the run's outcome is known, and durable where the system is durable. */
export type StartRun = (id: string) => Promise<unknown>

export interface System {
  /** `steps` tasks, one after another. */
  readonly linear: (steps: number) => Promise<StartRun>
  /** `branches` tasks side by side, then a join. */
  readonly fork: (branches: number) => Promise<StartRun>
  readonly close: () => Promise<void>
}

/** The one task of all systems. */
export const increment = (value: number): number => value + 1
