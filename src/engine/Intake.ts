// What is asked of an engine, checked before anything of it is stored: starts and signals as the store takes them.
import * as Effect from "effect/Effect"
import * as Codec from "../codec/Codec.ts"
import * as RunId from "../run/RunId.ts"
import type { Run, Send, Store, Submit } from "../store/Store.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { StandardSchemaV1 } from "../task/StandardSchema.ts"
import type { WorkflowEntry } from "../task/Registry.ts"
import { shown } from "../task/Shown.ts"
import { toSentences } from "./Attempt.ts"
import { isPromise } from "./Binding.ts"
import type { Definitions } from "./Definitions.ts"
import {
  InvalidPayload,
  InvalidStartTime,
  RunNotFound,
  RunOfOtherWorkflow,
  UnknownSignal,
  WorkflowNotRegistered
} from "./EngineError.ts"
import { check } from "./InputCheck.ts"
import type { Worker } from "./Worker.ts"

export type OnConflict = "fail" | "useExisting" | "terminateExisting"

export interface Start {
  readonly id: string
  readonly onConflict: OnConflict
  readonly tags: ReadonlyArray<string>
  readonly startAtMs: number | null
}

export interface SignalTo {
  readonly id: string
  readonly signal: string
  readonly payload: unknown
  readonly key: string | null
  /** Known when the caller has it; else found by the run. */
  readonly workflow: WorkflowEntry | null
  /** Keep the signal for a run that starts later. */
  readonly keep: boolean
}

export class Intake {
  readonly #store: Store
  readonly #definitions: Definitions
  readonly #worker: Worker | null
  readonly #promise: <A>(effect: Effect.Effect<A, unknown>) => Promise<A>

  constructor(options: {
    readonly store: Store
    readonly definitions: Definitions
    readonly worker: Worker | null
    readonly promise: <A>(effect: Effect.Effect<A, unknown>) => Promise<A>
  }) {
    this.#promise = options.promise
    this.#store = options.store
    this.#definitions = options.definitions
    this.#worker = options.worker
  }

  /** At once, unless something has to be looked up or the schema is asynchronous. Throws or rejects. */
  submit(workflow: WorkflowEntry, input: unknown, start: Start): Submit | Promise<Submit> {
    const { id, startAtMs } = start
    const fault = idFault(id)
    if (fault !== null) throw fault
    if (Number.isNaN(startAtMs)) throw new InvalidStartTime({ id })
    if (this.#isPrepared(workflow)) {
      const checked = check(workflow, input)
      if (!isPromise(checked)) return toSubmit(workflow, checked, start)
      return Promise.resolve(checked).then((ready) => toSubmit(workflow, ready, start))
    }
    const prepared = this.#promise(this.#prepare(workflow))
    return prepared
      .then(() => check(workflow, input))
      .then((ready) => toSubmit(workflow, ready, start))
  }

  send(to: SignalTo): Effect.Effect<Send, unknown> {
    return Effect.gen({ self: this }, function* () {
      const { id, keep, key, signal } = to
      const fault = idFault(id)
      if (fault !== null) return yield* Effect.fail(fault)
      const workflow = to.workflow ?? (yield* this.#workflowOf(id))
      if (keep) yield* this.#refuseOther(id, workflow.name)
      const schema = workflow.signals[signal]
      if (schema === undefined || !Object.hasOwn(workflow.signals, signal)) {
        const known = Object.keys(workflow.signals)
        return yield* Effect.fail(new UnknownSignal({ id, workflow: workflow.name, signal, known }))
      }
      const checked = yield* checkPayload(schema, to)
      const where = `the payload of signal '${signal}' to run '${id}'`
      const payload = yield* attempt(() => Codec.encode(checked, where))
      return { _tag: "Send", id, name: signal, key, payload, keep }
    })
  }

  /** Most starts find everything prepared by the first. */
  #isPrepared({ hashes }: WorkflowEntry): boolean {
    const definitions = this.#definitions
    if (!definitions.isDefined(hashes.structure)) return false
    return this.#worker === null || definitions.known(hashes.structure) !== undefined
  }

  /** Before a run refers to a definition the store has it, and a worker knows what it calls. */
  #prepare(workflow: WorkflowEntry): Effect.Effect<void, unknown> {
    const definitions = this.#definitions
    const hash = workflow.hashes.structure
    const define = definitions.define(workflow)
    if (this.#worker === null || definitions.known(hash) !== undefined) return define
    return Effect.gen(function* () {
      if ((yield* definitions.entry(workflow.name)) === undefined) {
        const doing = "start a run of it"
        return yield* Effect.fail(new WorkflowNotRegistered({ workflow: workflow.name, doing }))
      }
      yield* define
      yield* definitions.bind(workflow.name, hash)
    })
  }

  /** A signal that is kept for a run to come is not for one that is there already and of another workflow. */
  #refuseOther(id: string, asked: string): Effect.Effect<void, RunOfOtherWorkflow | StoreError> {
    return Effect.flatMap(this.#store.get(id), (run) =>
      run === null || run.workflow === asked
        ? Effect.void
        : Effect.fail(new RunOfOtherWorkflow({ id, asked, found: run.workflow }))
    )
  }

  #workflowOf(id: string): Effect.Effect<WorkflowEntry, unknown> {
    return Effect.gen({ self: this }, function* () {
      const { workflow } = yield* this.#run(id)
      const entry = yield* this.#definitions.entry(workflow)
      if (entry !== undefined) return entry
      const doing = `check a signal to run '${id}'`
      return yield* Effect.fail(new WorkflowNotRegistered({ workflow, doing }))
    })
  }

  #run(id: string): Effect.Effect<Run, RunNotFound | StoreError> {
    return Effect.flatMap(this.#store.get(id), (run) =>
      run === null ? Effect.fail(new RunNotFound({ id })) : Effect.succeed(run)
    )
  }
}

const toSubmit = (workflow: WorkflowEntry, checked: unknown, start: Start): Submit => ({
  _tag: "Submit",
  id: start.id,
  workflow: workflow.name,
  definition: workflow.hashes.structure,
  input: Codec.encode(checked, `the input of run '${start.id}'`),
  tags: start.tags,
  startAtMs: start.startAtMs,
  onConflict: start.onConflict === "terminateExisting" ? "replace" : "keep",
  // Whether it is driven here at once is decided when it is written.
  lease: null
})
/** Null when `id` may name a run; also for what is no text at all. */
export const idFault = (id: unknown): RunId.InvalidRunId | null =>
  typeof id === "string"
    ? RunId.fault(id)
    : new RunId.InvalidRunId({ id: String(id), fault: `is ${shown(id)}, not a text` })

const checkPayload = (
  schema: StandardSchemaV1,
  { id, payload, signal }: SignalTo
): Effect.Effect<unknown, unknown> =>
  Effect.flatMap(
    later(() => schema["~standard"].validate(payload)),
    (result) =>
      result.issues === undefined
        ? Effect.succeed(result.value)
        : Effect.fail(new InvalidPayload({ id, signal, issues: toSentences(result.issues) }))
  )

/** What `find` returns at once or later; what it throws fails. */
export const later = <A>(find: () => A | Promise<A>): Effect.Effect<A, unknown> =>
  Effect.flatMap(attempt(find), (found) =>
    isPromise(found)
      ? Effect.tryPromise({ try: () => Promise.resolve(found), catch: (error) => error })
      : Effect.succeed(found)
  )

const attempt = <A>(body: () => A): Effect.Effect<A, unknown> =>
  Effect.try({ try: body, catch: (error) => error })
