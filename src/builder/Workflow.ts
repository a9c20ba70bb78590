// A finished workflow: what `workflow(...)` returns, what it is read for, and the cast between the typed builder
// and its runtime.
import { hashes } from "../ir/Hash.ts"
import type { WorkflowEntry } from "../task/Registry.ts"
import type { SchemaInput, SchemaOutput, StandardSchemaV1 } from "../task/StandardSchema.ts"
import type { StoredSchema } from "../task/Storable.ts"
import { Builder } from "./Builder.ts"
import { compile } from "./Compile.ts"
import type { AnyFlow, Flow, Signal } from "./Flow.ts"

/**
 * A workflow: its definition as data, and the functions that the definition names. `In` is what a run starts with,
 * `Out` what it gives, `E` what it fails with, `R` what its tasks require, `Sig` the signals it waits for.
 */
export interface Workflow<
  Name extends string,
  in In,
  out Out,
  out E = never,
  out R = never,
  out Sig = never
> extends WorkflowEntry {
  readonly name: Name
  /** Types only; nothing at run time. */
  readonly "~types": WorkflowTypes<In, Out, E, R, Sig>
}

interface WorkflowTypes<in In, out Out, out E, out R, out Sig> {
  readonly in: (input: In) => void
  readonly out: Out
  readonly error: E
  readonly requirements: R
  readonly signals: Sig
}

/** A workflow of whatever types. */
export type AnyWorkflow = Workflow<string, never, unknown, unknown, unknown, unknown>

/** What a run of `W` starts with. */
export type Input<W extends AnyWorkflow> = Parameters<W["~types"]["in"]>[0]

/** What a completed run of `W` gives. */
export type Output<W extends AnyWorkflow> = W["~types"]["out"]

/** What a run of `W` fails with, as far as its tasks declare it. */
export type Failure<W extends AnyWorkflow> = W["~types"]["error"]

/** What the tasks of `W` require from Layers. */
export type Requirements<W extends AnyWorkflow> = W["~types"]["requirements"]

/** Names of the signals that `W` waits for. */
export type SignalName<W extends AnyWorkflow> = NameOf<W["~types"]["signals"]>

type NameOf<Sig> = Sig extends Signal<infer Name, unknown> ? Name : never

/** What a sender passes with this signal; where two waits differ, what satisfies both. */
export type Payload<W extends AnyWorkflow, Name extends SignalName<W>> =
  Accepts<W["~types"]["signals"], Name> extends (payload: infer P) => void ? P : never

type Accepts<Sig, Name> =
  Sig extends Signal<infer N, infer P> ? (N extends Name ? (payload: P) => void : never) : never

/**
 * `W` when it can run without Layers, or a sentence that names what it requires. Code over any workflow says
 * `<W extends AnyWorkflow>(workflow: Runnable<W>)` as well, and hands it on.
 */
export type Runnable<W extends AnyWorkflow> = [Requirements<W>] extends [never]
  ? W
  : NoInfer<`Workflow '${W["name"]}' requires ${ServiceName<Requirements<W>>}: run it with onward/effect`>

/** The workflow that a `Runnable` is. */
export const runnable = <W extends AnyWorkflow>(workflow: Runnable<W>): W => workflow as W // sound: a sentence is a type without values

type ServiceName<R> = R extends { readonly key: infer Key extends string } ? `'${Key}'` : "services"

export interface WorkflowOptions<Input> {
  /** Checks the input of a run; `type<A>()` where there is nothing to check. */
  readonly input: Input
  /** The author's own version, "1" unless given. A change of it is a change of structure. */
  readonly version?: string
}

/**
 * Declares a workflow: `build` is called once, at once, with a flow to build on, and returns what it built.
 * Throws a tagged error that names the node when this cannot be a workflow.
 */
export function workflow<
  const Name extends string,
  Schema extends StandardSchemaV1,
  Built extends AnyFlow
>(
  name: Name,
  options: WorkflowOptions<StoredSchema<Schema, "input">>,
  build: (b: Flow<SchemaOutput<Schema>, SchemaOutput<Schema>, never, never, never, never>) => Built
): Workflow<
  Name,
  SchemaInput<Schema>,
  Built["~flow"]["out"],
  Built["~flow"]["error"],
  Built["~flow"]["requirements"],
  Built["~flow"]["signals"]
>
export function workflow(
  name: string,
  { input, version = "1" }: WorkflowOptions<StandardSchemaV1>,
  build: (b: never) => unknown
): unknown {
  // Sound: a Flow is a Builder with types. The two are kept apart so that each reads well.
  const untyped = build as (b: Builder) => unknown
  const chain = Builder.build({ workflow: name, region: undefined }, untyped)
  const compiled = compile({ workflow: name, version, input, chain })
  const entry: WorkflowEntry = {
    name,
    version,
    input,
    hashes: hashes(compiled.definition),
    ...compiled
  }
  return entry
}
