// The asking half of an engine: starts runs, sends to them, and reads them. Works the same whether this process
// drives the runs or another does.
import * as Effect from "effect/Effect"
import type { HistoryEvent } from "../run/History.ts"
import type { InvalidRunId } from "../run/RunId.ts"
import type { CheckpointWriter } from "../store/CheckpointWriter.ts"
import type {
  AnswerOf,
  Claimed,
  Control,
  Query,
  Run,
  Send,
  Store,
  Submit,
  Text,
  Write
} from "../store/Store.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { WorkflowEntry } from "../task/Registry.ts"
import type { Definitions } from "./Definitions.ts"
import {
  EngineClosed,
  RunAlreadyExists,
  RunFinished,
  RunNotFound,
  RunOfOtherWorkflow
} from "./EngineError.ts"
import { isPromise } from "./Binding.ts"
import { idFault, Intake, later, type SignalTo, type Start } from "./Intake.ts"
import { type Result, Results, toResult } from "./Results.ts"
import type { Worker } from "./Worker.ts"

export interface ClientOptions {
  readonly store: Store
  readonly writer: CheckpointWriter
  readonly definitions: Definitions
  /** Null in a process that does not work. */
  readonly worker: Worker | null
  /** Runs an Effect in the engine's context. */
  readonly promise: <A>(effect: Effect.Effect<A, unknown>) => Promise<A>
}

/** One run of an id that may have had several. */
export interface Started {
  readonly id: string
  readonly generation: number
}

/** Why a run cannot be read. */
type Unfound = InvalidRunId | RunNotFound | StoreError

export class Client {
  readonly #options: ClientOptions
  readonly #intake: Intake
  readonly results = new Results()

  constructor(options: ClientOptions) {
    this.#options = options
    this.#intake = new Intake(options)
  }

  /** Asked for every run: no fiber where nothing has to be waited for but the store. */
  async start(workflow: WorkflowEntry, input: unknown, options: Start): Promise<Started> {
    const submit = this.#intake.submit(workflow, input, options)
    return this.#submit(isPromise(submit) ? await submit : submit, options)
  }

  signal(to: SignalTo): Effect.Effect<void, unknown> {
    return Effect.flatMap(this.#intake.send(to), (send) => this.#send(send))
  }

  /** Sends a signal, and starts the run that waits for it. Nothing is stored when either is refused. */
  signalWithStart(
    to: SignalTo & { readonly workflow: WorkflowEntry },
    input: unknown,
    options: Start
  ): Effect.Effect<Started, unknown> {
    return Effect.gen({ self: this }, function* () {
      const send = yield* this.#intake.send(to)
      const submit = yield* later(() => this.#intake.submit(to.workflow, input, options))
      const start = later(() => this.#submit(submit, options))
      if (options.onConflict === "useExisting") {
        // The signal comes first, so that the run finds it even when it only looks.
        yield* this.#send(send)
        return yield* start
      }
      // What was sent to an older run of the id is not for this one.
      const started = yield* start
      yield* this.#send(send)
      return started
    })
  }

  control(request: Omit<Control, "_tag">): Effect.Effect<void, unknown> {
    return Effect.gen({ self: this }, function* () {
      const { id, intent } = request
      yield* refuseNonText(id)
      const answer = yield* this.#write<Control>({ _tag: "Control", ...request })
      if (answer._tag === "Unknown") return yield* Effect.fail(new RunNotFound({ id }))
      if (answer._tag === "Finished") {
        return yield* Effect.fail(
          new RunFinished({ id, status: answer.status, doing: `${intent} it` })
        )
      }
    })
  }

  get(id: string): Effect.Effect<Run, Unfound> {
    return Effect.gen({ self: this }, function* () {
      yield* refuseNonText(id)
      const run = yield* this.#options.store.get(id)
      return run ?? (yield* Effect.fail(new RunNotFound({ id })))
    })
  }

  /** Null while the run has published nothing. */
  published(id: string): Effect.Effect<Text | null, Unfound> {
    return Effect.andThen(this.get(id), this.#options.store.published(id))
  }

  list(query: Query): Effect.Effect<ReadonlyArray<Run>, StoreError> {
    return this.#options.store.list(query)
  }

  history(id: string): Effect.Effect<ReadonlyArray<HistoryEvent>, Unfound> {
    return Effect.andThen(this.get(id), this.#options.store.history(id))
  }

  /** Waits for the end of this run. */
  result(started: Started): Promise<Result> {
    const { generation, id } = started
    return new Promise((resolve, reject) => {
      const stop = this.results.wait(id, {
        generation,
        done: resolve,
        closed: () => reject(new EngineClosed({ doing: "wait for a result" }))
      })
      // A run that is driven here tells when it ends; any other may have ended before.
      if (this.#options.worker?.driving(id) === generation) return
      this.#options.promise(this.get(id)).then(
        (run) => {
          // Its end may have been seen already: what comes second changes nothing.
          const result = run.generation === generation ? toResult(run) : null
          if (result === null) return this.results.found(run)
          stop()
          resolve(result)
        },
        (error: unknown) => {
          stop()
          reject(error)
        }
      )
    })
  }

  /** Another process may have changed something: whoever waits for a run of its own is told. */
  look(): Effect.Effect<void> {
    const { store, worker } = this.#options
    return Effect.forEach(
      this.results.awaited.filter((id) => (worker?.driving(id) ?? null) === null),
      (id) =>
        Effect.map(store.get(id), (run) => (run === null ? undefined : this.results.found(run))),
      { discard: true }
    ).pipe(Effect.catch((error) => Effect.logWarning(error.message)))
  }

  async #submit(asked: Submit, { onConflict }: Start): Promise<Started> {
    const { worker } = this.#options
    const { id, workflow } = asked
    const submit = { ...asked, lease: worker?.reserve(id) ?? null }
    const free = () => (submit.lease === null ? undefined : worker?.free())
    const answer = await new Promise<AnswerOf<Submit>>((resolve, reject) => {
      this.#add(submit, {
        stored: (answer) => {
          free()
          this.#adopt(submit, answer)
          resolve(answer)
        },
        failed: (error) => {
          free()
          reject(error)
        }
      })
    })
    if (answer._tag === "Existing") {
      if (onConflict === "fail") throw new RunAlreadyExists({ id, workflow })
      const found = answer.workflow
      if (found !== workflow) throw new RunOfOtherWorkflow({ id, asked: workflow, found })
    }
    return { id, generation: answer.generation }
  }

  #send(send: Send): Effect.Effect<void, unknown> {
    const { id, name } = send
    return Effect.flatMap(
      this.#write(send),
      (answer): Effect.Effect<void, RunNotFound | RunFinished> => {
        if (answer._tag === "Sent") return Effect.void
        if (answer._tag === "Unknown") return Effect.fail(new RunNotFound({ id }))
        const doing = `send it the signal '${name}'`
        return Effect.fail(new RunFinished({ id, status: answer.status, doing }))
      }
    )
  }

  /** Writes, and has the worker look for what was sent to its runs. */
  #write<W extends Send | Control>(write: W): Effect.Effect<AnswerOf<W>, StoreError> {
    return Effect.callback((resume) => {
      this.#add(write, {
        stored: (answer) => {
          this.#options.worker?.pokeNews()
          resume(Effect.succeed(answer))
        },
        failed: (error) => resume(Effect.fail(error))
      })
    })
  }

  #add<W extends Write>(
    write: W,
    told: {
      readonly stored: (answer: AnswerOf<W>) => void
      readonly failed: (error: StoreError) => void
    }
  ): void {
    this.#options.writer.add({
      seal: () => write,
      // A store answers each write with the answer of its kind.
      stored: (answer) => told.stored(answer as AnswerOf<W>),
      failed: (error) => {
        told.failed(error)
        return false
      }
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
}

/** What is no text names no run, and no store has to bear it. */
const refuseNonText = (id: unknown): Effect.Effect<void, InvalidRunId> => {
  const fault = typeof id === "string" ? null : idFault(id)
  return fault === null ? Effect.void : Effect.fail(fault)
}
