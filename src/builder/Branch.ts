// What a flow is to the flow around it: a branch, an arm, a body, a handler. All that is ever read of one goes
// through one phantom property, so that no two flows are compared member by member.
// `any` occurs here as a bound only.
import type { Definition } from "../ir/Definition.ts"
import type { Task } from "../task/Task.ts"
import type { Flow } from "./Flow.ts"

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

/** One branch, arm, body or handler: a task, a workflow, or a callback that builds on what it is handed. */
export type Branch<In, Cur, Steps extends string> =
  | ((b: Sub<In, Cur, Steps>) => AnyFlow)
  | Task<string, Cur, unknown, unknown, unknown>
  | Child<string, Cur, unknown, unknown, unknown, unknown>

/** A workflow as part of another: what `workflow` returns is one. */
export interface Child<Name extends string, in In, out Out, out E, out R, out Sig> {
  readonly name: Name
  readonly definition: Definition
  readonly "~types": {
    readonly in: (input: In) => void
    readonly out: Out
    readonly error: E
    readonly requirements: R
    readonly signals: Sig
  }
}

/** A flow that gives `Out`. */
export interface Gives<out Out> {
  readonly "~flow": FlowTypes<Out, unknown, unknown, unknown>
}

export interface Tagged<Tag> {
  readonly _tag: Tag
}
export type TagOf<E> = E extends { readonly _tag: infer Tag extends string } ? Tag : never

/** `T` while the id is new, or a sentence. A wide id is refused: every later id would then be taken. */
export type Fresh<Id extends string, Steps extends string, T> = string extends Id
  ? NoInfer<"A step id must be a string literal">
  : Id extends Steps
    ? NoInfer<`Step id '${Id}' is already used in this flow: rename it with .as('...')`>
    : T

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
