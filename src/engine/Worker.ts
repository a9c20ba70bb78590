// The working half of an engine: while it owns a partition it claims what is due, drives it, and tells the
// drivers what was sent to their runs. Woken by hints, by the next due time, and by a slow poll in case both fail.
import type * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { CheckpointWriter } from "../store/CheckpointWriter.ts"
import type { Claimed, Lease, Store } from "../store/Store.ts"
import type { Binding } from "./Binding.ts"
import type { Definitions } from "./Definitions.ts"
import { Driver } from "./Driver.ts"
import type { Ending } from "./Journal.ts"

export interface WorkerOptions {
  readonly store: Store
  readonly writer: CheckpointWriter
  readonly definitions: Definitions
  readonly context: Context.Context<never>
  readonly clock: Clock.Clock
  /** Runs driven at one time. What comes beyond waits in the store. */
  readonly runsMax: number
  /** The longest time between two looks at the store. */
  readonly pollMs: number
  /** A run is driven here from now on. */
  readonly began: (run: Claimed) => void
  /** A run has ended, or was let go: told after it is stored. */
  readonly ended: (run: Claimed, ending: Ending) => void
}

/** Runs taken at one time, so that a large backlog does not hold up what is being driven. */
const claimMax = 100

export class Worker {
  readonly #options: WorkerOptions
  readonly #driven = new Map<string, Driver>()
  #lease: Lease | null = null
  #wake: (() => void) | null = null
  #reserved = 0
  #isPoked = false
  #hasNews = false
  #isClosing = false
  #drained: (() => void) | null = null
  #clockOffsetMs = 0

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  /** The lease under which a new run may be driven at once, and a place for it; null: it has to wait for a claim. */
  reserve(): Lease | null {
    if (this.#isClosing || this.#lease === null || this.#room <= 0) return null
    this.#reserved += 1
    return this.#lease
  }

  /** The reserved place is taken, or not needed. */
  free(): void {
    this.#reserved -= 1
    if (this.#room === 1) this.poke()
  }

  get #room(): number {
    return this.#options.runsMax - this.#driven.size - this.#reserved
  }

  /** Which run of this id is driven here; null when none is. */
  driving(id: string): number | null {
    return this.#driven.get(id)?.generation ?? null
  }

  /** Something may be due. Pokes of one turn of the event loop are one look at the store. */
  poke(): void {
    if (this.#isPoked) return
    this.#isPoked = true
    setImmediate(() => this.#wake?.())
  }

  /** Something may have been sent to a run that is driven here. */
  pokeNews(): void {
    this.#hasNews = true
    this.poke()
  }

  /** Claims and drives, until interrupted; then lets go of everything without another word. */
  work(lease: Lease): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#lease = lease
      return Effect.ensuring(
        Effect.forever(this.#round(lease)),
        Effect.suspend(() => this.#abandon())
      )
    })
  }

  /** Takes up a run that is claimed for this worker's lease. */
  drive(run: Claimed, binding: Binding): void {
    const { context, ended, writer } = this.#options
    const driver = new Driver({
      run,
      binding,
      writer,
      nowMs: () => this.nowMs,
      news: () => this.pokeNews(),
      look: this.#look,
      end: (ending) => {
        if (this.#driven.get(run.id) === driver) this.#driven.delete(run.id)
        ended(run, ending)
        if (this.#driven.size === 0) this.#drained?.()
        // What was let go may be due at once; and where all places were taken, one is free now.
        if (ending._tag !== "Finished" || this.#room === 1) this.poke()
      }
    })
    this.drop(run.id)
    // Known before it starts: a driver may end before its first wait.
    this.#driven.set(run.id, driver)
    this.#options.began(run)
    driver.start(context)
    if (this.#isClosing) driver.release()
  }

  /** Another run has the id: whoever drives the old one stops, and what it runs is interrupted. */
  drop(id: string): void {
    const driver = this.#driven.get(id)
    if (driver === undefined) return
    this.#driven.delete(id)
    Effect.runForkWith(this.#options.context)(driver.abandon())
  }

  /** The store's clock as this process knows it: never behind. */
  get nowMs(): number {
    return this.#localMs() + this.#clockOffsetMs
  }

  /** Claims no more, and lets what runs end or park. After `graceMs` what still runs is interrupted. */
  drain(graceMs: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#isClosing = true
      for (const driver of this.#driven.values()) driver.release()
      const isDrained = Effect.callback<void>((resume) => {
        if (this.#driven.size === 0) resume(Effect.void)
        else this.#drained = () => resume(Effect.void)
      })
      const interrupt = Effect.sync(() => {
        for (const driver of this.#driven.values()) driver.interrupt()
      })
      const late = Effect.andThen(Effect.sleep(graceMs), interrupt)
      return Effect.raceFirst(isDrained, Effect.andThen(late, Effect.never))
    })
  }

  #round(lease: Lease): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      this.#isPoked = false
      yield* this.#deliver(lease)
      const dueMs = this.#isClosing ? null : yield* this.#options.store.nextDueMs(lease)
      const room = Math.min(this.#room, claimMax)
      const nowMs = yield* this.#now()
      if (dueMs !== null && dueMs <= nowMs && room > 0) {
        for (const run of yield* this.#options.store.claim(lease, room)) yield* this.#take(run)
        return
      }
      yield* this.#sleep(dueMs === null || room === 0 ? null : dueMs - nowMs)
    }).pipe(
      Effect.catch((error) =>
        Effect.andThen(Effect.logWarning(error.message), Effect.sleep(this.#options.pollMs))
      )
    )
  }

  /** Asks the store, so that a clock that is set differently here makes nothing early. */
  #now() {
    return Effect.suspend(() => {
      const beforeMs = this.#localMs()
      return Effect.map(this.#options.store.now, (nowMs) => {
        this.#clockOffsetMs = nowMs - beforeMs
        return nowMs
      })
    })
  }

  #localMs(): number {
    return this.#options.clock.currentTimeMillisUnsafe()
  }

  readonly #look: Effect.Effect<void> = Effect.suspend(() => {
    if (this.#lease === null) return Effect.void
    this.#hasNews = true
    return this.#deliver(this.#lease)
  }).pipe(Effect.catch((error) => Effect.logWarning(error.message)))

  #deliver(lease: Lease) {
    return Effect.gen({ self: this }, function* () {
      if (!this.#hasNews || this.#driven.size === 0) return
      this.#hasNews = false
      for (const news of yield* this.#options.store.news(lease)) {
        this.#driven.get(news.id)?.deliver(news)
      }
    })
  }

  #take(run: Claimed): Effect.Effect<void> {
    const { definitions, ended, writer } = this.#options
    const known = definitions.known(run.definition)
    if (known !== undefined) return Effect.sync(() => this.drive(run, known))
    return definitions.bind(run.workflow, run.definition).pipe(
      Effect.match({
        onSuccess: (binding) => this.drive(run, binding),
        // A definition that this version cannot read: the run waits, visibly, for a worker that can.
        onFailure: () =>
          writer.add({
            seal: () => ({
              _tag: "Checkpoint",
              id: run.id,
              epoch: run.epoch,
              step: run.step + 1,
              strands: [],
              joined: [],
              consumed: [],
              seen: run.sent,
              next: { _tag: "Park", status: "blocked", wakeAtMs: null, waits: [] },
              events: []
            }),
            stored: () => ended(run, { _tag: "Parked" }),
            failed: () => true
          })
      })
    )
  }

  #sleep(dueInMs: number | null): Effect.Effect<void> {
    const latch = Effect.callback<void>((resume) => {
      if (this.#isPoked) return resume(Effect.void)
      this.#wake = () => {
        this.#wake = null
        resume(Effect.void)
      }
    })
    const ms = Math.max(0, Math.min(dueInMs ?? this.#options.pollMs, this.#options.pollMs))
    const poll = Effect.map(Effect.sleep(ms), () => {
      // Hints may be lost: a poll looks at everything.
      if (ms === this.#options.pollMs) this.#hasNews = true
    })
    return Effect.raceFirst(latch, poll)
  }

  #abandon(): Effect.Effect<void> {
    this.#lease = null
    const drivers = [...this.#driven.values()]
    this.#driven.clear()
    return Effect.forEach(drivers, (driver) => driver.abandon(), { discard: true })
  }
}
