// The types of the builder, apart from its runtime. One interface with six flat parameters: `E`, `R`, `Sig` and
// `Steps` grow as unions, one member a step, so the cost of a chain stays linear. `Steps` holds ids alone: a union
// that held outputs too would be walked again at each step, because literals of objects are types of their own.
// A wrong program meets a sentence: a parameter whose condition fails turns into a string literal that says what
// is wrong. `NoInfer` around it keeps the sentence out of inference.
// `any` occurs here as a bound only.
import type { Duration } from "../ir/Duration.ts"
import type { SignalTimedOut } from "../task/Failure.ts"
import type { ErrorClass } from "../task/Registry.ts"
import type { SchemaInput, SchemaOutput, StandardSchemaV1 } from "../task/StandardSchema.ts"
import type { ErrorOf, OutputOf, RequirementsOf, Stored, StoredSchema } from "../task/Storable.ts"
import type { Task } from "../task/Task.ts"
import type { TaskContext } from "../task/TaskContext.ts"
import type { CallOptions, FailureOf } from "../task/TaskOptions.ts"

/** A signal that a workflow waits for, and what a sender passes. */
export interface Signal<out Name extends string, out Payload> {
  readonly name: Name
  readonly payload: Payload
}

/** What a flow gives, fails with, requires and waits for: all that is ever read of another flow. */
export interface FlowTypes<out Out, out E, out R, out Sig> {
  readonly out: Out
  readonly error: E
  readonly requirements: R
  readonly signals: Sig
}

/** A flow of whatever types. */
export interface AnyFlow {
  readonly "~flow": FlowTypes<unknown, unknown, unknown, unknown>
}

/** What a branch starts with: the value of its fork, and the names in sight of it. */
export type Sub<In, Cur, Steps extends string> = Flow<In, Cur, never, never, never, Steps>

/** One branch: a task, or a callback that builds on what it is handed. */
export type Branch<In, Cur, Steps extends string> =
  | ((b: Sub<In, Cur, Steps>) => AnyFlow)
  | Task<string, Cur, unknown, unknown, unknown>

/**
 * A workflow under construction: `In` is its input, `Cur` the value at this point, `E` its errors, `R` what its
 * tasks require, `Sig` the signals it waits for, `Steps` the names in sight. Immutable: every call gives a new
 * flow, so a prefix can be shared.
 */
export interface Flow<In, Cur, E, R, Sig, Steps extends string> {
  /** Types only; nothing at run time. */
  readonly "~flow": FlowTypes<Cur, E, R, Sig>

  /** Runs a task on the value. */
  then<Id extends string, Out, E2, R2>(
    task: Fresh<Id, Steps, Task<Id, Cur, Out, E2, R2>>
  ): Flow<In, Out, E | E2, R | R2, Sig, Steps | Id>

  /** Runs a function written in place, as a task of this workflow alone. */
  step<const Id extends string, Returned>(
    id: Fresh<Id, Steps, Id>,
    fn: (value: Cur, context: TaskContext) => Stored<Returned>
  ): Flow<
    In,
    OutputOf<Returned>,
    E | ErrorOf<Returned>,
    R | RequirementsOf<Returned>,
    Sig,
    Steps | Id
  >
  /** Runs a function written in place with errors, retry, times and notes. */
  step<
    const Id extends string,
    Returned,
    Thrown extends ErrorClass = never,
    Timeout extends Duration = never,
    Deadline extends Duration = never
  >(
    id: Fresh<Id, Steps, Id>,
    fn: (value: Cur, context: TaskContext) => Stored<Returned>,
    options: CallOptions<Thrown, Timeout, Deadline>
  ): Flow<
    In,
    OutputOf<Returned>,
    E | ErrorOf<Returned> | FailureOf<Thrown, Timeout, Deadline>,
    R | RequirementsOf<Returned>,
    Sig,
    Steps | Id
  >

  /** Runs a task on what `input` makes of the value. */
  call<Id extends string, Input, Out, E2, R2>(
    task: Fresh<Id, Steps, Task<Id, Input, Out, E2, R2>>,
    input: (value: Cur, context: TaskContext) => NoInfer<Input>
  ): Flow<In, Out, E | E2, R | R2, Sig, Steps | Id>

  /** Runs branches side by side, each on the value. */
  fork<Branches extends Readonly<Record<string, Branch<In, Cur, Steps>>>>(
    branches: Branches
  ): Fork<In, E, R, Sig, Steps, Branches>

  /** Waits; the value passes through. */
  delay(duration: Duration): Flow<In, Cur, E, R, Sig, Steps>

  /**
   * Waits for a signal; its payload becomes the value. With a `timeout`, what `onTimeout` builds runs on the value
   * from before the wait; without it the run fails with `SignalTimedOut`.
   */
  awaitSignal<
    const Name extends string,
    Schema extends StandardSchemaV1,
    Timeout extends Duration = never,
    Late extends AnyFlow = never,
    const As extends string = never
  >(
    name: [As] extends [never] ? Fresh<Name, Steps, Name> : Name,
    schema: StoredSchema<Schema, "payload">,
    options?: SignalOptions<Timeout, (b: Sub<In, Cur, Steps>) => Late, Fresh<As, Steps, As>>
  ): Flow<
    In,
    SchemaOutput<Schema> | BranchOutput<Late>,
    E | LateError<Timeout, Late>,
    R | BranchRequirements<Late>,
    Sig | BranchSignals<Late> | Signal<Name, SchemaInput<Schema>>,
    Steps | ([As] extends [never] ? Name : As)
  >
}

export interface SignalOptions<Timeout, OnTimeout, As> {
  readonly timeout?: Timeout
  /** What runs instead when the time is up. */
  readonly onTimeout?: OnTimeout
  /** Id of the node; the name of the signal unless given. */
  readonly as?: As
}

/** A fork whose branches are still apart. */
export interface Fork<In, E, R, Sig, Steps extends string, Branches> {
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
      context: TaskContext
    ) => Stored<Returned>
  ): Flow<
    In,
    OutputOf<Returned>,
    E | BranchError<Branches[keyof Branches]> | ErrorOf<Returned>,
    R | BranchRequirements<Branches[keyof Branches]> | RequirementsOf<Returned>,
    Sig | BranchSignals<Branches[keyof Branches]>,
    Steps | Id
  >
}

/** `T` while the id is new, or a sentence. A wide id is refused: every later id would then be taken. */
type Fresh<Id extends string, Steps extends string, T> = string extends Id
  ? NoInfer<"A step id must be a string literal">
  : Id extends Steps
    ? NoInfer<`Step id '${Id}' is already used in this flow: rename it with .as('...')`>
    : T

/** Read through the one phantom property, so that no two flows are ever compared member by member. */
type BranchOutput<B> = Read<Built<B>, "out">
type BranchError<B> = Read<Built<B>, "error">
type BranchRequirements<B> = Read<Built<B>, "requirements">
type BranchSignals<B> = Read<Built<B>, "signals">

type Built<B> = B extends (b: any) => infer F ? F : B

type Read<B, Key extends keyof FlowTypes<unknown, unknown, unknown, unknown>> = B extends {
  readonly "~flow": { readonly [_ in Key]: infer A }
}
  ? A
  : B extends { readonly "~types": { readonly [_ in Key]: infer A } }
    ? A
    : never

type LateError<Timeout, Late> = [Timeout] extends [never]
  ? never
  : [Late] extends [never]
    ? SignalTimedOut
    : BranchError<Late>
