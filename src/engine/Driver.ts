// One claimed run, driven: its interpreter with a journal before it. It ends when the run parks, finishes, is
// handed back or is found to be another's.
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Snapshot from "../run/Snapshot.ts"
import type { Event } from "../run/Transition.ts"
import type { CheckpointWriter } from "../store/CheckpointWriter.ts"
import type { Claimed, News, Request, Text } from "../store/Store.ts"
import type { Caller } from "./Attempt.ts"
import type { Binding } from "./Binding.ts"
import { Interpreter } from "./Interpreter.ts"
import { type Ending, Journal } from "./Journal.ts"
import { wallOf } from "./StoredWall.ts"
import { toValues } from "./Wall.ts"

export interface DriverOptions {
  readonly run: Claimed
  readonly binding: Binding
  readonly writer: CheckpointWriter
  readonly nowMs: () => number
  readonly end: (ending: Ending) => void
  /** Something was sent to the run that its driver has not been told. */
  readonly news: () => void
  /** Has the drivers told what was sent, now; false when the store does not answer. */
  readonly look: Effect.Effect<boolean>
  /** Told when the driver itself has failed: a bug, and no failure of a task. */
  readonly broken: (cause: Cause.Cause<never>) => void
}

export class Driver {
  /** Which run of its id this is. */
  readonly generation: number
  readonly #journal: Journal
  readonly #interpreter: Interpreter<Text>
  #begin: Event<Text> | null
  #lastSeq: number
  #isCancelled = false
  #fiber: Fiber.Fiber<void> | null = null
  readonly #broken: (cause: Cause.Cause<never>) => void

  constructor(options: DriverOptions) {
    const { binding, nowMs, run, writer } = options
    this.generation = run.generation
    this.#broken = options.broken
    const caller = toCaller(run)
    const wall = wallOf(binding)
    const isNew = run.trunk === null && run.branches.length === 0
    const snapshot = isNew
      ? Snapshot.start(binding.plan, run.input, run.startedAtMs)
      : Snapshot.restore(binding.plan, run, wall.elements)
    this.#journal = new Journal({ run, writer, end: options.end, news: options.news })
    const journal = this.#journal
    this.#interpreter = new Interpreter({
      binding,
      caller,
      snapshot,
      wall,
      values: toValues(wall, () => run.id),
      host: {
        nowMs,
        isSync: false,
        journal: (_, step) => journal.add(step),
        waits: () => journal.wants(),
        look: options.look,
        blocked: () => journal.blocked()
      }
    })
    this.#journal.attach(this.#interpreter)
    this.#lastSeq = run.signals.at(-1)?.seq ?? 0
    const tag = isNew ? "Started" : "Opened"
    this.#begin = { _tag: tag, atMs: nowMs(), signals: run.signals }
    this.#obey(run.request)
    if (this.#journal.held === null) this.#open()
  }

  /** Drives the run until it ends, one way or another. */
  start(context: Context.Context<never>): void {
    this.#interpreter.drive((rest) => {
      this.#fiber = Effect.runForkWith(context)(rest)
      this.#fiber.addObserver((exit) => {
        if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) this.#broken(exit.cause)
      })
    })
  }

  /** The last step that was sealed. */
  get step(): number {
    return this.#journal.step
  }

  /** What was sent meanwhile. Old news does nothing. */
  deliver(news: News): void {
    const signals = news.signals.filter(({ seq }) => seq > this.#lastSeq)
    this.#lastSeq = signals.at(-1)?.seq ?? this.#lastSeq
    this.#journal.seen = Math.max(this.#journal.seen, news.sent)
    if (signals.length > 0) {
      this.#interpreter.tell({ _tag: "Signalled", atMs: this.#interpreter.nowMs, signals })
    }
    this.#obey(news.request)
    this.#journal.wants()
  }

  /** Makes no new call, and hands the run back once the last one has ended. */
  release(): void {
    this.#journal.hold("release")
  }

  /** Interrupts what runs, then hands the run back. */
  interrupt(): void {
    this.release()
    this.#interpreter.interrupt()
  }

  /** Stops without another word to the store: the claim is another's, or will be. */
  abandon(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#journal.abandon()
      // Without a fiber nothing runs that could be interrupted.
      if (this.#fiber !== null) return Fiber.interrupt(this.#fiber)
      this.#interpreter.stop()
      return Effect.void
    })
  }

  #open(): void {
    const event = this.#begin
    this.#begin = null
    if (event !== null) this.#interpreter.tell({ ...event, atMs: this.#interpreter.nowMs })
  }

  #obey(request: Request | null): void {
    if (request === null) {
      if (this.#journal.letGo()) this.#open()
      return
    }
    if (request.intent === "pause") return this.#journal.hold("pause")
    if (this.#isCancelled) return
    this.#isCancelled = true
    const { by, reason } = request
    this.#interpreter.tell({ _tag: "Cancelled", atMs: this.#interpreter.nowMs, reason, by })
  }
}

/** A run that took another's id must not share its idempotency keys. */
const toCaller = (run: Claimed): Caller => ({
  runId: run.id,
  workflow: run.workflow,
  key: run.generation === 1 ? run.id : `${run.id}~${run.generation}`
})
