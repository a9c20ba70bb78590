// What a flow is to the flow around it: a branch, an arm, a body, a handler. All that is ever read of one goes
// through one phantom property, so that no two flows are compared member by member.
// `any` occurs here as a bound only.
import type { Task } from "../task/Task.ts"
import type { Kept } from "../task/TaskContext.ts"
import type { Flow } from "./Flow.ts"
import type { Workflow } from "./Workflow.ts"

/** A signal that a workflow waits for, and what a sender passes. */
export interface Signal<out Name extends string, out Payload> {
  readonly name: Name
  readonly payload: Payload
}

/** What a workflow publishes while it runs. */
export interface Published<out Value> {
  readonly published: Value
}

/** What a flow gives, fails with, requires and waits for: all that is ever read of another flow. */
export interface FlowTypes<out Out, out E, out R, out Sig> {
  readonly out: Out
  readonly error: E
  readonly requirements: R
  readonly signals: Sig
}

/** Names in sight of what handles an error: what is kept may not have been reached. */
export type Maybe<Steps> = [Steps] extends [string] // as a whole, so that ids alone are not walked one by one
  ? Steps
  : Steps extends Kept<infer Name, infer Value>
    ? Kept<Name, Value | undefined>
    : Steps

/** A flow of whatever types. */
export interface AnyFlow {
  readonly "~flow": FlowTypes<unknown, unknown, unknown, unknown>
}

/** What a branch starts with: the value of its fork, and the names in sight of it. */
export type Sub<In, Cur, Steps> = Flow<In, Cur, never, never, never, Steps>

/** One branch, arm, body or handler: a task, a workflow, or a callback that builds on what it is handed. */
export type Branch<In, Cur, Steps> =
  | ((b: Sub<In, Cur, Steps>) => AnyFlow)
  | Task<string, Cur, unknown, unknown, unknown>
  | Child<string, Cur, unknown, unknown, unknown, unknown>

/** A workflow as part of another. */
export type Child<Name extends string, In, Out, E, R, Sig> = Workflow<Name, In, Out, E, R, Sig>

/** The body of a loop, before a look at what it gives; `any` keeps the callback's own parameter typed. */
export type AnyRound<In, Cur, Steps> =
  | ((b: Sub<In, Cur, Steps>) => { readonly "~flow": FlowTypes<any, unknown, unknown, unknown> })
  | Task<string, Cur, any, unknown, unknown>
  | Child<string, Cur, any, unknown, unknown, unknown>

/** `Body` when it gives what the loop goes on with, or a sentence. */
export type Round<Body, Cur> = [BranchOutput<Body>] extends [Cur]
  ? Body
  : NoInfer<"The body of a loop must give a value of the type that it takes">

export interface Tagged<Tag> {
  readonly _tag: Tag
}
export type TagOf<E> = E extends { readonly _tag: infer Tag extends string } ? Tag : never

/** `T` while the id is new, or a sentence. A wide id is refused: every later id would then be taken. */
export type Fresh<
  Id extends string,
  Steps,
  T,
  Wide extends string = "A step id must be a string literal"
> = string extends Id
  ? NoInfer<Wide>
  : Id extends Steps
    ? NoInfer<`Step id '${Id}' is already used in this flow: rename it with .as('...')`>
    : T

/** What `then` and `call` say to something that has no id of its own, which is no task as a rule. */
export type NoTask =
  "Expected a task with a literal id: give a function to .step, a workflow to .thenFlow"

/** As `Fresh`, for a workflow: it has one name. */
export type FreshChild<Name extends string, Steps, T> = string extends Name
  ? NoInfer<"Expected a workflow with a literal name: give a task to .then">
  : Name extends Steps
    ? NoInfer<`'${Name}' is already used in this flow: a workflow goes once into a flow, and again into a branch or arm`>
    : T

/** A name that is not kept yet, or a sentence. A step may have the same name. */
export type FreshKeep<Name extends string, Steps> = string extends Name
  ? NoInfer<"The name of what is kept must be a string literal">
  : `keep ${Name}` extends Steps
    ? NoInfer<`'${Name}' is already kept in this flow: choose another name`>
    : Name

/** Read through the one phantom property, so that no two flows are ever compared member by member. */
export type BranchOutput<B> = Read<Built<B>, "out">
export type BranchError<B> = Read<Built<B>, "error">
export type BranchRequirements<B> = Read<Built<B>, "requirements">
export type BranchSignals<B> = Read<Built<B>, "signals">

type Built<B> = B extends (b: any) => infer F ? F : B

type Read<B, Key extends keyof FlowTypes<unknown, unknown, unknown, unknown>> = B extends {
  readonly "~flow": { readonly [_ in Key]: infer A }
}
  ? A
  : B extends { readonly "~types": { readonly [_ in Key]: infer A } }
    ? A
    : never
