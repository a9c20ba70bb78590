// The engine as plain TypeScript sees it: promises, and the types of the workflows.
import * as Effect from "effect/Effect"
import {
  type AnyWorkflow,
  assertWorkflow,
  type Input,
  type Output,
  type Payload,
  type Progress,
  runnable,
  type Runnable,
  type SignalName
} from "../builder/Workflow.ts"
import { decode, type ErrorClasses } from "../codec/Codec.ts"
import type { HistoryEvent } from "../run/History.ts"
import type { Status } from "../run/Status.ts"
import type { Control, Query, Run, Text } from "../store/Store.ts"
import { StoreUnavailable } from "../store/StoreError.ts"
import { withCaller } from "./Caller.ts"
import type { Started } from "./Client.ts"
import { EngineClosed, RunCancelled, RunOfOtherWorkflow } from "./EngineError.ts"
import {
  type EngineOptions,
  type StartOptions,
  toRuntimeOptions,
  toStart
} from "./EngineOptions.ts"
import type { Handle, RequestOptions, SignalOptions } from "./Handle.ts"
import type { SignalTo } from "./Intake.ts"
import { type RunInfo, toEnded, toInfo, toOutput, toState } from "./RunState.ts"
import { open, type Runtime } from "./Runtime.ts"
import { classesOf, errorClasses } from "./StoredWall.ts"
import { watch } from "./Watch.ts"

export interface ListOptions {
  readonly workflow?: string
  readonly status?: Status
  readonly tag?: string
}

export interface CloseOptions {
  /** How long running tasks may take to end before they are interrupted. Default 10,000. */
  readonly graceMs?: number
}

export class Engine implements AsyncDisposable {
  readonly #runtime: Runtime
  #isClosed = false

  private constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /**
   * Opens the store, starts to work, and takes up what an earlier process left. The process stays alive until
   * `close`. Rejects with `StoreUnavailable`, `ForeignDatabase`, `NewerDatabase`, or where an option is unusable.
   */
  static async open(options: EngineOptions): Promise<Engine> {
    try {
      return new Engine(await Effect.runPromise(open(toRuntimeOptions(options))))
    } catch (error) {
      throw withCaller(error)
    }
  }

  /** Starts a run. It is stored when this resolves: no crash loses it. */
  async start<W extends AnyWorkflow>(
    toRun: Runnable<W>,
    input: NoInfer<Input<W>>,
    options: StartOptions = {}
  ): Promise<Handle<W>> {
    const workflow = runnable<W>(toRun)
    const start = toStart("start", options)
    const started = await this.#ask(`start '${workflow.name}'`, (client) =>
      client.start(workflow, input, start)
    )
    return this.#handle(workflow, started)
  }

  /**
   * Sends a signal, and starts the run that waits for it unless it exists. Rejects as `signal` and `start` do;
   * what is refused by a schema stores nothing of either.
   */
  async signalWithStart<W extends AnyWorkflow, Name extends SignalName<W>>(
    toRun: Runnable<W>,
    input: NoInfer<Input<W>>,
    options: StartOptions &
      SignalOptions & {
        readonly id: string
        readonly signal: Name
        readonly payload: Payload<W, Name>
      }
  ): Promise<Handle<W>> {
    const workflow = runnable<W>(toRun)
    const start = toStart("signalWithStart", options)
    const { id, key = null, payload, signal } = options
    const to = { id, signal, payload, key, workflow, keep: true }
    const started = await this.#ask(`start '${workflow.name}'`, (client) =>
      client.signalWithStart(to, input, start)
    )
    return this.#handle(workflow, started)
  }

  /** The run of this id, whoever started it. Rejects with `RunNotFound` or `RunOfOtherWorkflow`. */
  async handle<W extends AnyWorkflow>(workflow: W, id: string): Promise<Handle<W>> {
    assertWorkflow(workflow)
    const run = await this.#ask("read a run", (client) => client.get(id))
    const { generation, workflow: found } = run
    if (found !== workflow.name) {
      throw new RunOfOtherWorkflow({ id, asked: workflow.name, found })
    }
    return this.#handle(workflow, { id, generation })
  }

  /**
   * Sends a signal to a run by its id, checked against the schema of its workflow, which must be registered
   * here. Rejects with `RunNotFound`, `UnknownSignal`, `InvalidPayload` or `RunFinished`; nothing is stored then.
   */
  async signal(
    id: string,
    name: string,
    payload: unknown,
    options: SendOptions = {}
  ): Promise<void> {
    const { keepFor, key = null } = options
    const workflow = keepFor ?? null
    if (workflow !== null) assertWorkflow(workflow)
    await this.#send({ id, signal: name, payload, key, workflow, keep: workflow !== null })
  }

  /**
   * Asks for the end of a run, wherever it is: what runs is interrupted on whatever worker it is. Resolves when
   * the request is stored; `handle.result()` rejects with `RunCancelled` when it is done. Beats a pause; twice is
   * fine. Rejects with `RunNotFound` or `RunFinished`.
   */
  cancel(id: string, options: RequestOptions = {}): Promise<void> {
    return this.#control(id, "cancel", options)
  }

  /** Lets running tasks end, and starts no other until `resume`. Timers and signals that come are kept. */
  pause(id: string, options: RequestOptions = {}): Promise<void> {
    return this.#control(id, "pause", options)
  }

  /** Withdraws a pause. A run that is not paused goes on as it does. */
  resume(id: string): Promise<void> {
    return this.#control(id, "resume", {})
  }

  /** Rejects with `RunNotFound`. */
  async get(id: string): Promise<RunInfo> {
    const run = await this.#ask("read a run", (client) => client.get(id))
    return toInfo(run, await this.#classes(run.workflow))
  }

  /** Runs that match, ordered by id, read page by page. */
  async *list(options: ListOptions = {}): AsyncGenerator<RunInfo, void> {
    const { status = null, tag = null, workflow = null } = options
    const limit = 200
    for (let after: string | null = null; ;) {
      const query: Query = { workflow, status, tag, after, limit }
      const page: ReadonlyArray<Run> = await this.#ask("list runs", (client) => client.list(query))
      for (const run of page) yield toInfo(run, await this.#classes(run.workflow))
      if (page.length < limit) return
      after = page.at(-1)?.id ?? null
    }
  }

  /** What happened, in order. Rejects with `RunNotFound`. */
  history(id: string): Promise<ReadonlyArray<HistoryEvent>> {
    return this.#ask("read a history", (client) => client.history(id))
  }

  /** Lets what runs end or park, hands the rest to the next worker, and closes the store. Loses nothing. */
  async close({ graceMs = 10_000 }: CloseOptions = {}): Promise<void> {
    this.#isClosed = true
    await this.#runtime.close(graceMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #handle<W extends AnyWorkflow>(workflow: W, started: Started): Handle<W> {
    const { id } = started
    const classes = classesOf(workflow)
    return {
      id,
      result: async () => {
        const result = await this.#ask("wait for a result", (client) => client.result(started))
        try {
          // What the last task gave, brought back by the codec, has the workflow's output type.
          return toOutput(id, result, classes) as Output<W>
        } catch (error) {
          throw withCaller(error)
        }
      },
      outcome: async () => {
        const result = await this.#ask("wait for a result", (client) => client.result(started))
        // See `result`.
        return toEnded(result, classes) as Awaited<ReturnType<Handle<W>["outcome"]>>
      },
      progress: async () => {
        const text = await this.#published(id)
        return text === null ? null : toProgress<W>(text, classes)
      },
      watch: ({ pollMs = 200 } = {}) =>
        this.#watch(id, (text) => toProgress<W>(text, classes), pollMs),
      status: async () => {
        const run = await this.#ask("read a run", (client) => client.get(id))
        if (run.generation > started.generation) {
          const { by, reason } = RunCancelled.byReplacement
          return { status: "cancelled", reason, by }
        }
        // See `result`.
        return toState(run, classes) as Awaited<ReturnType<Handle<W>["status"]>>
      },
      signal: (signal, payload, options = {}) =>
        this.#send({ id, signal, payload, key: options.key ?? null, workflow, keep: false }),
      cancel: (options) => this.cancel(id, options),
      pause: (options) => this.pause(id, options),
      resume: () => this.resume(id),
      history: () => this.history(id)
    }
  }

  #published(id: string): Promise<Text | null> {
    return this.#ask("read what a run published", (client) => client.published(id))
  }

  async *#watch<A>(id: string, decode: (text: Text) => A, pollMs: number): AsyncGenerator<A, void> {
    const run = () => this.#ask("read a run", (client) => client.get(id))
    for await (const text of watch({ run, published: () => this.#published(id) }, pollMs)) {
      yield decode(text)
    }
  }

  #send(to: SignalTo): Promise<void> {
    return this.#ask(`send the signal '${to.signal}'`, (client) => client.signal(to))
  }

  #control(id: string, intent: Control["intent"], options: RequestOptions): Promise<void> {
    const { by = "unknown", reason = "no reason given" } = options
    return this.#ask(`${intent} a run`, (client) => client.control({ id, intent, reason, by }))
  }

  async #ask<A>(
    doing: string,
    ask: (client: Runtime["client"]) => Effect.Effect<A, unknown> | Promise<A>
  ): Promise<A> {
    if (this.#isClosed) throw new EngineClosed({ doing })
    try {
      const asked = ask(this.#runtime.client)
      return await (Effect.isEffect(asked) ? this.#runtime.promise(asked) : asked)
    } catch (error) {
      // What the closed store or writer says of itself.
      const isLate = this.#isClosed && error instanceof StoreUnavailable && error.kind === "Closed"
      throw withCaller(isLate ? new EngineClosed({ doing }) : error)
    }
  }

  async #classes(workflow: string): Promise<ErrorClasses> {
    const entry = await this.#runtime.promise(this.#runtime.definitions.entry(workflow))
    return entry === undefined ? errorClasses([]) : classesOf(entry)
  }
}

/** The codec brings back what the workflow's own function gave. */
const toProgress = <W extends AnyWorkflow>(text: Text, classes: ErrorClasses): Progress<W> =>
  decode(text, classes) as Progress<W>

export interface SendOptions extends SignalOptions {
  /** Keep the signal for a run of this workflow that starts later, instead of rejecting with `RunNotFound`. */
  readonly keepFor?: AnyWorkflow
}
