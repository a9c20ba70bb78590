// A fork before its join: what the join waits for says what the value becomes.
import type { TooFewBranches } from "../task/Failure.ts"
import type { ErrorOf, OutputOf, RequirementsOf, Stored } from "../task/Storable.ts"
import type { StepContext } from "../task/TaskContext.ts"
import type {
  BranchError,
  BranchOutput,
  BranchRequirements,
  BranchSignals,
  Fresh
} from "./Branch.ts"
import type { Flow } from "./Flow.ts"

/** A fork whose branches are still apart. */
export interface Fork<In, E, R, Sig, Steps, Branches> {
  /** Waits for every branch; the record of their outputs becomes the value. */
  join(): Flow<
    In,
    { readonly [B in keyof Branches]: BranchOutput<Branches[B]> },
    E | BranchError<Branches[keyof Branches]>,
    R | BranchRequirements<Branches[keyof Branches]>,
    Sig | BranchSignals<Branches[keyof Branches]>,
    Steps
  >
  /** Waits for every branch, then runs a function written in place on the record of their outputs. */
  join<const Id extends string, Returned>(
    id: Fresh<Id, Steps, Id>,
    fn: (
      outputs: { readonly [B in keyof Branches]: BranchOutput<Branches[B]> },
      context: StepContext<Steps>
    ) => Stored<Returned>
  ): Flow<
    In,
    OutputOf<Returned>,
    E | BranchError<Branches[keyof Branches]> | ErrorOf<Returned>,
    R | BranchRequirements<Branches[keyof Branches]> | RequirementsOf<Returned>,
    Sig | BranchSignals<Branches[keyof Branches]>,
    Steps | Id
  >

  /** Goes on with the first branch that succeeds; the others are interrupted. Fails when all have failed. */
  any(): Flow<
    In,
    Winner<Branches>,
    E | TooFewBranches,
    R | BranchRequirements<Branches[keyof Branches]>,
    Sig | BranchSignals<Branches[keyof Branches]>,
    Steps
  >

  /** Goes on with the first branch that ends, and fails if that one fails; the others are interrupted. */
  race(): Flow<
    In,
    Winner<Branches>,
    E | BranchError<Branches[keyof Branches]>,
    R | BranchRequirements<Branches[keyof Branches]>,
    Sig | BranchSignals<Branches[keyof Branches]>,
    Steps
  >

  /** Waits for every branch; the record of how each has ended becomes the value. */
  allSettled(): Flow<
    In,
    {
      readonly [B in keyof Branches]: Settled<BranchOutput<Branches[B]>, BranchError<Branches[B]>>
    },
    E,
    R | BranchRequirements<Branches[keyof Branches]>,
    Sig | BranchSignals<Branches[keyof Branches]>,
    Steps
  >

  /** Goes on when `count` branches have succeeded, with the record of these; the others are interrupted. */
  quorum(
    count: number
  ): Flow<
    In,
    { readonly [B in keyof Branches]?: BranchOutput<Branches[B]> },
    E | TooFewBranches,
    R | BranchRequirements<Branches[keyof Branches]>,
    Sig | BranchSignals<Branches[keyof Branches]>,
    Steps
  >
}

/** How a branch has ended. */
export type Settled<Out, E> =
  | { readonly ok: true; readonly value: Out }
  | { readonly ok: false; readonly error: E }

/** Which branch it was, and what it gave. */
type Winner<Branches> = {
  readonly [B in keyof Branches]: { readonly branch: B; readonly value: BranchOutput<Branches[B]> }
}[keyof Branches]
