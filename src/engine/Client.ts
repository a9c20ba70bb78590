// The asking half of an engine: starts runs, sends to them, and reads them. Works the same whether this process
// drives the runs or another does.
import * as Effect from "effect/Effect"
import * as Codec from "../codec/Codec.ts"
import type { HistoryEvent } from "../run/History.ts"
import * as RunId from "../run/RunId.ts"
import type { CheckpointWriter } from "../store/CheckpointWriter.ts"
import type { AnswerOf, Claimed, Control, Query, Run, Store, Submit, Write } from "../store/Store.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { StandardSchemaV1 } from "../task/StandardSchema.ts"
import type { WorkflowEntry } from "../task/Registry.ts"
import { toSentences } from "./Attempt.ts"
import { isPromise } from "./Binding.ts"
import type { Definitions } from "./Definitions.ts"
import {
  InvalidPayload,
  RunAlreadyExists,
  RunFinished,
  RunNotFound,
  UnknownSignal,
  WorkflowNotRegistered
} from "./EngineError.ts"
import { check } from "./InputCheck.ts"
import { type Result, Results, toResult } from "./Results.ts"
import type { Worker } from "./Worker.ts"

export interface ClientOptions {
  readonly store: Store
  readonly writer: CheckpointWriter
  readonly definitions: Definitions
  /** Null in a process that does not work. */
  readonly worker: Worker | null
}

export type OnConflict = "fail" | "useExisting" | "terminateExisting"

export interface Start {
  readonly id: string
  readonly onConflict: OnConflict
  readonly tags: ReadonlyArray<string>
  readonly startAtMs: number | null
}

/** One run of an id that may have had several. */
export interface Started {
  readonly id: string
  readonly generation: number
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

export class Client {
  readonly #options: ClientOptions
  readonly results = new Results()

  constructor(options: ClientOptions) {
    this.#options = options
  }

  start(
    workflow: WorkflowEntry,
    input: unknown,
    { id, onConflict, startAtMs, tags }: Start
  ): Effect.Effect<Started, unknown> {
    return Effect.gen({ self: this }, function* () {
      const fault = RunId.fault(id)
      if (fault !== null) return yield* Effect.fail(fault)
      yield* this.#prepare(workflow)
      const checked = yield* later(() => check(workflow, input))
      const text = yield* attempt(() => Codec.encode(checked, `the input of run '${id}'`))
      const submit: Submit = {
        _tag: "Submit",
        id,
        workflow: workflow.name,
        definition: workflow.hashes.structure,
        input: text,
        tags,
        startAtMs,
        onConflict: onConflict === "terminateExisting" ? "replace" : "keep",
        lease: this.#options.worker?.lease ?? null
      }
      const answer = yield* this.#write(submit, (stored) => this.#adopt(submit, stored))
      if (answer._tag === "Existing" && onConflict === "fail") {
        return yield* Effect.fail(new RunAlreadyExists({ id, workflow: workflow.name }))
      }
      return { id, generation: answer.generation }
    })
  }

  signal(to: SignalTo): Effect.Effect<void, unknown> {
    return Effect.gen({ self: this }, function* () {
      const { id, keep, key, payload, signal } = to
      const fault = RunId.fault(id)
      if (fault !== null) return yield* Effect.fail(fault)
      const workflow = to.workflow ?? (yield* this.#workflowOf(id))
      const schema = workflow.signals[signal]
      if (schema === undefined || !Object.hasOwn(workflow.signals, signal)) {
        const known = Object.keys(workflow.signals)
        return yield* Effect.fail(new UnknownSignal({ id, workflow: workflow.name, signal, known }))
      }
      const checked = yield* checkPayload(schema, to)
      const where = `the payload of signal '${signal}' to run '${id}'`
      const text = yield* attempt(() => Codec.encode(checked, where))
      const answer = yield* this.#write(
        { _tag: "Send", id, name: signal, key, payload: text, keep },
        () => this.#options.worker?.pokeNews()
      )
      if (answer._tag === "Unknown") return yield* Effect.fail(new RunNotFound({ id }))
      if (answer._tag === "Finished") {
        const doing = `send it the signal '${signal}'`
        return yield* Effect.fail(new RunFinished({ id, status: answer.status, doing }))
      }
    })
  }

  control(request: Omit<Control, "_tag">): Effect.Effect<void, unknown> {
    return Effect.gen({ self: this }, function* () {
      const { id, intent } = request
      const answer = yield* this.#write({ _tag: "Control", ...request }, () =>
        this.#options.worker?.pokeNews()
      )
      if (answer._tag === "Unknown") return yield* Effect.fail(new RunNotFound({ id }))
      if (answer._tag === "Finished") {
        return yield* Effect.fail(new RunFinished({ id, status: answer.status, doing: `${intent} it` }))
      }
    })
  }

  get(id: string): Effect.Effect<Run, RunNotFound | StoreError> {
    return Effect.flatMap(this.#options.store.get(id), (run) =>
      run === null ? Effect.fail(new RunNotFound({ id })) : Effect.succeed(run)
    )
  }

  list(query: Query): Effect.Effect<ReadonlyArray<Run>, StoreError> {
    return this.#options.store.list(query)
  }

  history(id: string): Effect.Effect<ReadonlyArray<HistoryEvent>, RunNotFound | StoreError> {
    return Effect.andThen(this.get(id), this.#options.store.history(id))
  }

  /** Waits for the end of this run. */
  result({ generation, id }: Started): Effect.Effect<Result, RunNotFound | StoreError> {
    const ended = Effect.callback<Result>((resume) => {
      const stop = this.results.wait(id, generation, (result) => resume(Effect.succeed(result)))
      return Effect.sync(stop)
    })
    // A run that is driven here tells when it ends; any other may have ended before.
    const look = Effect.suspend(() =>
      this.#options.worker?.isDriving(id) === true
        ? Effect.never
        : Effect.flatMap(this.get(id), (run) => {
            const result = run.generation === generation ? toResult(run) : null
            if (result !== null) return Effect.succeed(result)
            this.results.found(run)
            return Effect.never
          })
    )
    return Effect.raceFirst(ended, look)
  }

  /** Another process may have changed something: whoever waits for a run of its own is told. */
  look(): Effect.Effect<void> {
    const { store, worker } = this.#options
    return Effect.forEach(
      this.results.awaited.filter((id) => worker?.isDriving(id) !== true),
      (id) => Effect.map(store.get(id), (run) => (run === null ? undefined : this.results.found(run))),
      { discard: true }
    ).pipe(Effect.catch((error) => Effect.logWarning(error.message)))
  }

  #write<W extends Write>(
    write: W,
    stored: (answer: AnswerOf<W>) => void
  ): Effect.Effect<AnswerOf<W>, StoreError> {
    return Effect.callback((resume) => {
      this.#options.writer.add({
        seal: () => write,
        stored: (answer) => {
          // A store answers each write with the answer of its kind.
          stored(answer as AnswerOf<W>)
          resume(Effect.succeed(answer as AnswerOf<W>))
        },
        failed: (error) => {
          resume(Effect.fail(error))
          return false
        }
      })
    })
  }

  /** Before a run refers to a definition the store has it, and a worker knows what it calls. */
  #prepare(workflow: WorkflowEntry): Effect.Effect<void, unknown> {
    const { definitions, worker } = this.#options
    const hash = workflow.hashes.structure
    const define = definitions.define(workflow)
    if (worker === null || definitions.known(hash) !== undefined) return define
    return Effect.gen(function* () {
      if ((yield* definitions.entry(workflow.name)) === undefined) {
        const doing = "start a run of it"
        return yield* Effect.fail(new WorkflowNotRegistered({ workflow: workflow.name, doing }))
      }
      yield* define
      yield* definitions.bind(workflow.name, hash)
    })
  }

  /** A run that was stored as claimed for this worker is driven at once: no claim, no second write. */
  #adopt(submit: Submit, answer: AnswerOf<Submit>): void {
    const { definitions, worker } = this.#options
    if (answer._tag === "Existing" || worker === null) return
    if (answer.generation > 1) {
      worker.drop(submit.id)
      this.results.replaced(submit.id, answer.generation - 1)
    }
    const binding = definitions.known(submit.definition)
    if (answer.epoch === null || binding === undefined) return worker.poke()
    const run: Claimed = {
      id: submit.id,
      generation: answer.generation,
      epoch: answer.epoch,
      step: answer.step,
      workflow: submit.workflow,
      definition: submit.definition,
      input: submit.input,
      startedAtMs: answer.atMs,
      trunk: null,
      branches: [],
      signals: answer.signals,
      sent: answer.sent,
      request: null,
      wasPaused: false
    }
    worker.drive(run, binding)
  }

  #workflowOf(id: string): Effect.Effect<WorkflowEntry, unknown> {
    return Effect.gen({ self: this }, function* () {
      const { workflow } = yield* this.get(id)
      const entry = yield* this.#options.definitions.entry(workflow)
      if (entry !== undefined) return entry
      const doing = `check a signal to run '${id}'`
      return yield* Effect.fail(new WorkflowNotRegistered({ workflow, doing }))
    })
  }
}

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
const later = <A>(find: () => A | Promise<A>): Effect.Effect<A, unknown> =>
  Effect.flatMap(attempt(find), (found) =>
    isPromise(found)
      ? Effect.tryPromise({ try: () => Promise.resolve(found), catch: (error) => error })
      : Effect.succeed(found)
  )

const attempt = <A>(body: () => A): Effect.Effect<A, unknown> =>
  Effect.try({ try: body, catch: (error) => error })
