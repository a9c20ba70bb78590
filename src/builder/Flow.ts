// The types of the builder, apart from its runtime. One interface with six flat parameters: `E`, `R`, `Sig` and
// `Steps` grow as unions, one member a step, so the cost of a chain stays linear. `Steps` holds ids, and
// outputs only of what `keep` has kept: a union with every output would be walked again at each step, because
// literals of objects are types of their own.
// A wrong program meets a sentence: a parameter whose condition fails turns into a string literal that says what
// is wrong. `NoInfer` around it keeps the sentence out of inference.
import type { Duration } from "../ir/Duration.ts"
import type { LoopLimitExceeded, SignalTimedOut } from "../task/Failure.ts"
import type { ErrorClass } from "../task/Registry.ts"
import type { SchemaInput, SchemaOutput, StandardSchemaV1 } from "../task/StandardSchema.ts"
import type { ErrorOf, OutputOf, RequirementsOf, Stored, StoredSchema } from "../task/Storable.ts"
import type { Task } from "../task/Task.ts"
import type { Kept, StepContext } from "../task/TaskContext.ts"
import type { CallOptions, FailureOf } from "../task/TaskOptions.ts"
import type { Cases, Discriminant, Member, NameOf } from "./Arms.ts"
import type {
  AnyFlow,
  AnyRound,
  Branch,
  BranchError,
  BranchOutput,
  BranchRequirements,
  BranchSignals,
  Child,
  FlowTypes,
  Fresh,
  FreshChild,
  FreshKeep,
  Maybe,
  NoTask,
  Published,
  Round,
  Signal,
  Sub,
  Tagged,
  TagOf
} from "./Branch.ts"
import type { Fork } from "./Fork.ts"

export type { AnyFlow, Branch, Child, FlowTypes, Signal, Sub } from "./Branch.ts"

/**
 * A workflow under construction: `In` is its input, `Cur` the value at this point, `E` its errors, `R` what its
 * tasks require, `Sig` the signals it waits for, `Steps` the names in sight. Immutable: every call gives a new
 * flow, so a prefix can be shared.
 */
export interface Flow<In, Cur, E, R, Sig, Steps> {
  /** Types only; nothing at run time. */
  readonly "~flow": FlowTypes<Cur, E, R, Sig>

  /** Runs a task on the value. */
  then<Id extends string, Out, E2, R2>(
    task: Fresh<Id, Steps, Task<Id, Cur, Out, E2, R2>, NoTask>
  ): Flow<In, Out, E | E2, R | R2, Sig, Steps | Id>

  /** Runs a function written in place, as a task of this workflow alone. */
  step<const Id extends string, Returned>(
    id: Fresh<Id, Steps, Id>,
    fn: (value: Cur, context: StepContext<Steps>) => Stored<Returned>
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
    fn: (value: Cur, context: StepContext<Steps>) => Stored<Returned>,
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
    task: Fresh<Id, Steps, Task<Id, Input, Out, E2, R2>, NoTask>,
    input: (value: Cur, context: StepContext<Steps>) => NoInfer<Input>
  ): Flow<In, Out, E | E2, R | R2, Sig, Steps | Id>

  /** Runs branches side by side, each on the value. */
  fork<Branches extends Readonly<Record<string, Branch<In, Cur, Steps>>>>(
    branches: Branches
  ): Fork<In, E, R, Sig, Steps, Branches>

  /** Runs the arm of a key that `select` gives, on the value; `"*"` is the arm of every other key. */
  route<
    Key extends string | number | boolean,
    Arms extends { readonly [K in NameOf<Key> | "*"]?: Branch<In, Cur, Steps> }
  >(
    select: (value: Cur, context: StepContext<Steps>) => Key | Promise<Key>,
    arms: Cases<Arms, Key>
  ): Flow<
    In,
    BranchOutput<Arms[keyof Arms]>,
    E | BranchError<Arms[keyof Arms]>,
    R | BranchRequirements<Arms[keyof Arms]>,
    Sig | BranchSignals<Arms[keyof Arms]>,
    Steps
  >

  /** Runs the arm that a property of the value names, on the member of the union that has it. */
  routeOn<
    Property extends Discriminant<Cur>,
    Arms extends {
      readonly [K in NameOf<Cur[Property]> | "*"]?: Branch<In, Member<Cur, Property, K>, Steps>
    }
  >(
    property: [Discriminant<Cur>] extends [never]
      ? NoInfer<"No property of this value is one of a few literals: use .route(select, arms)">
      : Property,
    arms: Cases<Arms, Cur[Property]>
  ): Flow<
    In,
    BranchOutput<Arms[keyof Arms]>,
    E | BranchError<Arms[keyof Arms]>,
    R | BranchRequirements<Arms[keyof Arms]>,
    Sig | BranchSignals<Arms[keyof Arms]>,
    Steps
  >

  /**
   * Runs the body, and again on what it gave as long as `while` says so. After `max` rounds, 100 unless given, it
   * fails with `LoopLimitExceeded`, or goes on with the last value.
   */
  loop<Body extends AnyRound<In, Cur, Steps>, const OnMax extends "fail" | "continue" = "fail">(
    body: Round<Body, Cur>,
    options: LoopOptions<Cur, OnMax, Steps>
  ): Flow<
    In,
    Cur,
    E | BranchError<Body> | (OnMax extends "fail" ? LoopLimitExceeded : never),
    R | BranchRequirements<Body>,
    Sig | BranchSignals<Body>,
    Steps
  >

  /**
   * Runs the body for each element of the list that `items` gives, at most `concurrency` at one time, 10 unless
   * given; the list of their outputs, in the order of the elements, becomes the value.
   */
  forEach<Body extends Branch<In, Item, Steps>, Item = any>(
    items: (
      value: Cur,
      context: StepContext<Steps>
    ) => Stored<ReadonlyArray<Item> | Promise<ReadonlyArray<Item>>>,
    body: Body,
    options?: ForEachOptions
  ): Flow<
    In,
    Array<BranchOutput<Body>>,
    E | BranchError<Body>,
    R | BranchRequirements<Body>,
    Sig | BranchSignals<Body>,
    Steps
  >

  /** Runs another workflow as part of this one: its nodes, errors and signals join ours. */
  thenFlow<Name extends string, Out, E2, R2, Sig2>(
    workflow: FreshChild<Name, Steps, Child<Name, Cur, Out, E2, R2, Sig2>>
  ): Flow<In, Out, E | E2, R | R2, Sig | Sig2, Steps | Name>

  /**
   * Handles an error of what stands above in this region, by its `_tag`: what the handler gives becomes the value.
   * What still ran is interrupted first.
   */
  catch<Tag extends TagOf<E>, Handler extends Branch<In, Extract<E, Tagged<Tag>>, Maybe<Steps>>>(
    tag: [TagOf<E>] extends [never]
      ? NoInfer<"Nothing that stands above declares an error with a _tag: use .catchAll">
      : Tag,
    handler: Handler
  ): Flow<
    In,
    Cur | BranchOutput<Handler>,
    Exclude<E, Tagged<Tag>> | BranchError<Handler>,
    R | BranchRequirements<Handler>,
    Sig | BranchSignals<Handler>,
    Maybe<Steps>
  >

  /** Handles every error of what stands above in this region: those that tasks declare, and whatever else is thrown. */
  catchAll<Handler extends Branch<In, unknown, Maybe<Steps>>>(
    handler: Handler
  ): Flow<
    In,
    Cur | BranchOutput<Handler>,
    BranchError<Handler>,
    R | BranchRequirements<Handler>,
    Sig | BranchSignals<Handler>,
    Maybe<Steps>
  >

  /** Keeps the value by name: functions of what follows in this region read it as `context.results[name]`. */
  keep<const Name extends string>(
    name: FreshKeep<Name, Steps>
  ): Flow<In, Cur, E, R, Sig, Steps | `keep ${Name}` | Kept<Name, Cur>>

  /** Publishes the value, or what `give` makes of it, for whoever looks at the run; the value passes through. */
  publish<Given = Cur>(
    give?: (value: Cur, context: StepContext<Steps>) => Stored<Given | Promise<Given>>
  ): Flow<In, Cur, E, R, Sig | Published<Given>, Steps>

  /**
   * Undoes the task just before, called with its output, when the run fails or is cancelled later: the last to
   * complete is undone first. One that cannot be undone is reported in the history, and the others are undone.
   */
  compensate<R2>(
    task: Task<string, Cur, unknown, unknown, R2>
  ): Flow<In, Cur, E, R | R2, Sig, Steps>

  /**
   * Starts this workflow over with a new input, the value unless `input` makes one, and with nothing else: for what
   * has no end. Other branches are interrupted, and what would be undone no longer is.
   */
  continueAs(
    ...input: Cur extends In
      ? [input?: (value: Cur, context: StepContext<Steps>) => In | Promise<In>]
      : [input: (value: Cur, context: StepContext<Steps>) => In | Promise<In>]
  ): Flow<In, never, E, R, Sig, Steps>

  /** Waits; the value passes through. */
  delay(duration: Duration): Flow<In, Cur, E, R, Sig, Steps>

  /** Waits until a time, which may be computed from the value; the value passes through. A past time does not wait. */
  sleepUntil(
    at: Date | ((value: Cur, context: StepContext<Steps>) => Date | Promise<Date>)
  ): Flow<In, Cur, E, R, Sig, Steps>

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

export interface LoopOptions<Value, OnMax, Steps> {
  /** Asked after each round, with what it gave: true runs another. */
  readonly while: (value: Value, context: StepContext<Steps>) => boolean | Promise<boolean>
  /** Rounds, the first included. */
  readonly max?: number
  readonly onMax?: OnMax
}

export interface ForEachOptions {
  readonly concurrency?: number
}

export interface SignalOptions<Timeout, OnTimeout, As> {
  readonly timeout?: Timeout
  /** What runs instead when the time is up. */
  readonly onTimeout?: OnTimeout
  /** Id of the node; the name of the signal unless given. */
  readonly as?: As
}

type LateError<Timeout, Late> = [Timeout] extends [never]
  ? never
  : [Late] extends [never]
    ? SignalTimedOut
    : BranchError<Late>
