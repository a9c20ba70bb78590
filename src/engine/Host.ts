// What differs between the three ways of running a workflow: the clock, the journal, and whether anything overlaps.
import type * as Effect from "effect/Effect"
import type { StrandId } from "../run/Strand.ts"
import type { Step } from "../run/Transition.ts"
import type { Interpreter } from "./Interpreter.ts"

/** What one way of running brings: its clock, and what happens to a step before its calls are made. */
export interface Host<Value> {
  readonly nowMs: () => number
  /** Takes what a step changed; calls `run.perform` with the step's calls once it is stored. */
  readonly journal: (run: Interpreter<Value>, step: Step<Value>) => void
  /** Nothing runs and nothing is left to decide: the run waits. */
  readonly waits: (run: Interpreter<Value>) => void
  /** Tells the run what was sent to it and has not come yet; false when that cannot be known now. Absent where nobody can send. */
  readonly look?: Effect.Effect<boolean>
  /** Calls one by one on the caller's thread, and blocks it while the run waits. */
  readonly isSync: boolean
  /** The task of this node is not registered here. */
  readonly blocked: (run: Interpreter<Value>, strand: StrandId) => void
}
