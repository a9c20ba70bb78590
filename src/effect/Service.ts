// The service over a runtime: what its client is asked, with types for what goes in, comes out and fails.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import {
  type AnyWorkflow,
  assertWorkflow,
  type Failure,
  type Output,
  type Progress
} from "../builder/Workflow.ts"
import * as Codec from "../codec/Codec.ts"
import type { ErrorClasses } from "../codec/ErrorClass.ts"
import type { Started } from "../engine/Client.ts"
import { EngineClosed, RunCancelled, RunOfOtherWorkflow } from "../engine/EngineError.ts"
import { toStart } from "../engine/EngineOptions.ts"
import type { RequestOptions } from "../engine/Handle.ts"
import type { SignalTo } from "../engine/Intake.ts"
import { type Result, toResult } from "../engine/Results.ts"
import { type RunInfo, type RunState, toInfo, toOutput, toState } from "../engine/RunState.ts"
import type { Runtime } from "../engine/Runtime.ts"
import { classesOf, errorClasses } from "../engine/StoredWall.ts"
import { isFinished } from "../run/Status.ts"
import type { Control, Query, Run, Text } from "../store/Store.ts"
import { StoreUnavailable } from "../store/StoreError.ts"
import type { EngineService } from "./Engine.ts"
import {
  type ControlError,
  errorsOf,
  type ReadError,
  type ResultFailure,
  type SignalError,
  type StartError,
  typed
} from "./Failures.ts"
import type { Handle } from "./Handle.ts"

/** Runs read at one time by `list`. */
const pageMax = 200

/** What an engine is asked by whoever holds its service, or a handle of one of its runs. */
class Requests {
  readonly #runtime: Runtime
  readonly #isClosed: () => boolean

  constructor(runtime: Runtime, isClosed: () => boolean) {
    this.#runtime = runtime
    this.#isClosed = isClosed
  }

  ask<A>(
    doing: string,
    ask: (client: Runtime["client"]) => Effect.Effect<A, unknown> | Promise<A>
  ): Effect.Effect<A, unknown> {
    return Effect.suspend(() => {
      if (this.#isClosed()) return Effect.fail(new EngineClosed({ doing }))
      const asked = ask(this.#runtime.client)
      const answer = Effect.isEffect(asked)
        ? asked
        : Effect.tryPromise({ try: () => asked, catch: (error) => error })
      return Effect.mapError(answer, (error) =>
        // What the closed store or writer says of itself.
        this.#isClosed() && error instanceof StoreUnavailable && error.kind === "Closed"
          ? new EngineClosed({ doing })
          : error
      )
    })
  }

  send(to: SignalTo): Effect.Effect<void, SignalError> {
    const sent = this.ask(`send the signal '${to.signal}'`, (client) => client.signal(to))
    return typed<SignalError>()(sent)
  }

  control(
    id: string,
    intent: Control["intent"],
    { by = "unknown", reason = "no reason given" }: RequestOptions = {}
  ): Effect.Effect<void, ControlError> {
    const request = { id, intent, reason, by }
    const asked = this.ask(`${intent} a run`, (client) => client.control(request))
    return typed<ControlError>()(asked)
  }

  history(id: string) {
    const read = this.ask("read a history", (client) => client.history(id))
    return typed<ReadError>()(read)
  }

  get(id: string): Effect.Effect<Run, unknown> {
    return this.ask("read a run", (client) => client.get(id))
  }

  /** With the classes of the workflow's errors where it is registered here. */
  info(run: Run) {
    const entry = this.#runtime.definitions.entry(run.workflow)
    return Effect.flatMap(entry, (found) =>
      decoded(() => toInfo(run, found === undefined ? errorClasses([]) : classesOf(found)))
    )
  }

  published(id: string): Effect.Effect<Text | null, unknown> {
    return this.ask("read what a run published", (client) => client.published(id))
  }

  progress<W extends AnyWorkflow>(id: string, classes: ErrorClasses) {
    return Effect.flatMap(this.published(id), (text) =>
      text === null ? Effect.succeed(null) : toProgress<W>(text, classes)
    )
  }

  watch<W extends AnyWorkflow>(id: string, classes: ErrorClasses, pollMs: number) {
    const look = (last: Text | null | undefined) =>
      Effect.gen({ self: this }, function* () {
        if (last !== undefined) yield* Effect.sleep(pollMs)
        // The status first: what was published before the end is not missed.
        const { status } = yield* this.get(id)
        const text = yield* this.published(id)
        const isNew = text !== null && text !== last
        const news = isNew ? [yield* toProgress<W>(text, classes)] : []
        return [news, isFinished(status) ? Option.none() : Option.some(text)] as const
      })
    return Stream.paginate<Text | null | undefined, Progress<W>, ReadError>(undefined, (last) =>
      typed<ReadError>()(look(last))
    )
  }

  handle<W extends AnyWorkflow>(workflow: W, started: Started): Handle<W> {
    const { id } = started
    const classes = classesOf(workflow)
    const ended = this.ask("wait for a result", (client) => ending(client, started))
    const output = Effect.flatMap(ended, (result) =>
      // What the last task gave, brought back by the codec, has the workflow's output type.
      decoded(() => toOutput(id, result, classes) as Output<W>)
    )
    const state = Effect.flatMap(this.get(id), (run) => stateOf<W>(run, started, classes))
    return {
      id,
      result: typed<ResultFailure<Failure<W>>>(errorsOf(workflow))(output),
      status: typed<ReadError>()(state),
      progress: typed<ReadError>()(this.progress<W>(id, classes)),
      watch: ({ pollMs = 200 } = {}) => this.watch<W>(id, classes, pollMs),
      signal: (signal, payload, { key = null } = {}) =>
        this.send({ id, signal, payload, key, workflow, keep: false }),
      cancel: (options) => this.control(id, "cancel", options),
      pause: (options) => this.control(id, "pause", options),
      resume: this.control(id, "resume"),
      history: this.history(id)
    }
  }
}

/** Waits for the end of a run; whoever is interrupted is no longer told. */
const ending = (
  client: Runtime["client"],
  { generation, id }: Started
): Effect.Effect<Result, unknown> => {
  const told = Effect.callback<Result, EngineClosed>((resume) => {
    const stop = client.results.wait(id, {
      generation,
      done: (result) => resume(Effect.succeed(result)),
      closed: () => resume(Effect.fail(new EngineClosed({ doing: "wait for a result" })))
    })
    return Effect.sync(stop)
  })
  // It may have ended before.
  const found = Effect.flatMap(client.get(id), (run) => {
    const result = run.generation === generation ? toResult(run) : null
    if (result !== null) return Effect.succeed(result)
    client.results.found(run)
    return Effect.never
  })
  return Effect.raceFirst(told, found)
}

/** Typed by what is asked of it; every question fails with `EngineClosed` once `isClosed` holds. */
export const toService = (runtime: Runtime, isClosed: () => boolean): EngineService => {
  const requests = new Requests(runtime, isClosed)
  return {
    ...starts(requests),
    ...reads(requests),
    signal: (id, signal, payload, { keepFor, key = null } = {}) =>
      Effect.suspend(() => {
        const workflow = keepFor ?? null
        if (workflow !== null) assertWorkflow(workflow)
        return requests.send({ id, signal, payload, key, workflow, keep: workflow !== null })
      }),
    cancel: (id, options) => requests.control(id, "cancel", options),
    pause: (id, options) => requests.control(id, "pause", options),
    resume: (id) => requests.control(id, "resume")
  }
}

const starts = (
  requests: Requests
): Pick<EngineService, "start" | "signalWithStart" | "handle"> => ({
  start: (workflow, input, options = {}) =>
    Effect.suspend(() => {
      assertWorkflow(workflow)
      const start = toStart("start", options)
      const started = requests.ask(`start '${workflow.name}'`, (client) =>
        client.start(workflow, input, start)
      )
      return Effect.map(typed<StartError>()(started), (run) => requests.handle(workflow, run))
    }),
  signalWithStart: (workflow, input, options) =>
    Effect.suspend(() => {
      assertWorkflow(workflow)
      const start = toStart("signalWithStart", options)
      const { id, key = null, payload, signal } = options
      const to = { id, signal, payload, key, workflow, keep: true }
      const started = requests.ask(`start '${workflow.name}'`, (client) =>
        client.signalWithStart(to, input, start)
      )
      return Effect.map(typed<StartError | SignalError>()(started), (run) =>
        requests.handle(workflow, run)
      )
    }),
  handle: (workflow, id) =>
    Effect.suspend(() => {
      assertWorkflow(workflow)
      return Effect.flatMap(typed<ReadError>()(requests.get(id)), (run) =>
        run.workflow === workflow.name
          ? Effect.succeed(requests.handle(workflow, { id, generation: run.generation }))
          : Effect.fail(new RunOfOtherWorkflow({ id, asked: workflow.name, found: run.workflow }))
      )
    })
})

const reads = (requests: Requests): Pick<EngineService, "get" | "list" | "history"> => ({
  get: (id) => typed<ReadError>()(Effect.flatMap(requests.get(id), (run) => requests.info(run))),
  list: ({ status = null, tag = null, workflow = null } = {}) =>
    Stream.paginate<string | null, RunInfo, ReadError>(null, (after) => {
      const query: Query = { workflow, status, tag, after, limit: pageMax }
      const page = requests.ask("list runs", (client) => client.list(query))
      const runs = Effect.flatMap(page, (found) =>
        Effect.forEach(found, (run) => requests.info(run))
      )
      return Effect.map(typed<ReadError>()(runs), (infos) => [infos, nextAfter(infos)] as const)
    }),
  history: (id) => requests.history(id)
})

/** Where the next page begins; none behind a page that is not full. */
const nextAfter = (page: ReadonlyArray<RunInfo>): Option.Option<string | null> =>
  page.length < pageMax ? Option.none() : Option.fromUndefinedOr(page.at(-1)?.id)

const stateOf = <W extends AnyWorkflow>(
  run: Run,
  started: Started,
  classes: ErrorClasses
): Effect.Effect<RunState<Output<W>>, unknown> => {
  if (run.generation > started.generation) {
    const { by, reason } = RunCancelled.byReplacement
    return Effect.succeed({ status: "cancelled", reason, by })
  }
  // See `result`.
  return decoded(() => toState(run, classes) as RunState<Output<W>>)
}

/** The codec brings back what the workflow's own function gave. */
const toProgress = <W extends AnyWorkflow>(text: Text, classes: ErrorClasses) =>
  decoded(() => Codec.decode(text, classes) as Progress<W>)

/** What the codec throws fails. */
const decoded = <A>(decode: () => A): Effect.Effect<A, unknown> =>
  Effect.try({ try: decode, catch: (error) => error })
