// A finished workflow: what `workflow(...)` returns, what it is read for, and the cast between the typed builder
// and its runtime.
import * as Data from "effect/Data"
import { hashes } from "../ir/Hash.ts"
import { isWorkflowEntry, type WorkflowEntry } from "../task/Registry.ts"
import { shown, unknownNames } from "../task/Shown.ts"
import {
  isStandardSchema,
  type SchemaInput,
  type SchemaOutput,
  type StandardSchemaV1
} from "../task/StandardSchema.ts"
import type { StoredSchema } from "../task/Storable.ts"
import { isName, nameRule } from "../task/Task.ts"
import { Builder } from "./Builder.ts"
import { compile } from "./Compile.ts"
import type { AnyFlow, Flow, Signal } from "./Flow.ts"
import type { Published } from "./Branch.ts"

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

/** What `W` publishes while it runs. */
export type Progress<W extends AnyWorkflow> = PublishedBy<W["~types"]["signals"]>

type PublishedBy<Sig> = Sig extends Published<infer Value> ? Value : never

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
  : unknown extends Requirements<W>
    ? NoInfer<"Expected a workflow of a type of its own: pass what workflow(...) returned">
    : NoInfer<`Workflow '${W["name"]}' requires ${ServiceName<Requirements<W>>}: run it with onward/effect`>

/** The workflow that a `Runnable` is. Throws `NotAWorkflow`. */
export const runnable = <W extends AnyWorkflow>(workflow: Runnable<W>): W => {
  assertWorkflow(workflow)
  return workflow as unknown as W // sound: a sentence is a type without values
}

/** Something else was handed in where a workflow is run. */
export class NotAWorkflow extends Data.TaggedError("NotAWorkflow")<{ readonly got: string }> {
  override get message(): string {
    return `Expected a workflow, got ${this.got}: pass what workflow("name", options, build) returned, not its name; undefined often means that two modules import each other`
  }
}

export function assertWorkflow(value: unknown): asserts value is WorkflowEntry {
  if (!isWorkflowEntry(value)) throw new NotAWorkflow({ got: shown(value) })
}

/** A workflow was declared with something that cannot be used. */
export class InvalidWorkflow extends Data.TaggedError("InvalidWorkflow")<{
  readonly workflow: string
  readonly option: string
  readonly fault: string
}> {
  override get message(): string {
    return `Workflow '${this.workflow}' has no usable ${this.option}: ${this.fault}`
  }
}

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
  options: WorkflowOptions<StandardSchemaV1>,
  build: (b: never) => unknown
): unknown {
  refuseUnusable(name, options, build)
  const { input, version = "1" } = options
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

const refuseUnusable = (
  name: unknown,
  options: { readonly input?: unknown; readonly version?: unknown },
  build: unknown
): void => {
  const demand = (option: string, holds: boolean, fault: string): void => {
    if (!holds) throw new InvalidWorkflow({ workflow: String(name), option, fault })
  }
  demand("name", isName(name), nameRule)
  const form = 'write workflow("name", { input: type<A>() }, (b) => ...)'
  const isObject = typeof options === "object" && options !== null
  demand("options", isObject, `got ${shown(options)}, ${form}`)
  const [wrong] = unknownNames(options, ["input", "version"])
  demand(String(wrong), wrong === undefined, "there is no such option, only input and version")
  const { input, version = "1" } = options
  const schema = "give a Standard Schema, or type<A>() where there is nothing to check"
  demand("input", isStandardSchema(input), `got ${shown(input)}, ${schema}`)
  demand("version", typeof version === "string", `got ${shown(version)}, give a text`)
  demand("build function", typeof build === "function", `got ${shown(build)}, ${form}`)
}
