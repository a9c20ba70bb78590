// The working half of an engine: of the partitions that it owns it claims what is due, drives it, and tells the
// drivers what was sent to their runs. One loop for them all, however many: woken by hints, by the next due time,
// and by a slow poll in case both fail.
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { CheckpointWriter } from "../store/CheckpointWriter.ts"
import type { Claimed, Lease, Store } from "../store/Store.ts"
import { StoreUnavailable } from "../store/StoreError.ts"
import { summaryOf } from "./AttemptResult.ts"
import type { Binding } from "./Binding.ts"
import type { Definitions } from "./Definitions.ts"
import { Driver } from "./Driver.ts"
import type { Ending } from "./Journal.ts"
import { LiveMap } from "./LiveMap.ts"
import { Poke } from "./Poke.ts"
import * as Refusal from "./Refusal.ts"

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
  /** A lease is gone, and with it all that was driven under it. */
  readonly abandoned: () => void
}

/** Runs taken at one time, so that a large backlog does not hold up what is being driven. */
const claimMax = 100

export class Worker {
  readonly #options: WorkerOptions
  readonly #driven = new LiveMap<string, Driver>()
  readonly #leases = new Map<number, Lease>()
  readonly #hint = new Poke()
  #reserved = 0
  #hasNews = false
  #newsAtMs = 0
  #isClosing = false
  #drained: (() => void) | null = null
  #clockOffsetMs = 0

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  /** The lease under which a new run may be driven at once, and a place for it; null: it has to wait for a claim. */
  reserve(id: string): Lease | null {
    const lease = this.#leaseOf(id)
    if (this.#isClosing || lease === undefined || this.#room <= 0) return null
    this.#reserved += 1
    return lease
  }

  #leaseOf(id: string): Lease | undefined {
    return this.#leases.get(this.#options.store.partitionOf(id))
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

  /** Something may be due. */
  poke(): void {
    this.#hint.poke()
  }

  /** Something may have been sent to a run that is driven here. */
  pokeNews(): void {
    this.#hasNews = true
    this.poke()
  }

  /** Claims and drives what is due in the partitions that are owned. */
  readonly work: Effect.Effect<never> = Effect.forever(Effect.suspend(() => this.#round()))

  /** Owns the lease's partition until interrupted; then lets go of its runs without another word. */
  own(lease: Lease): Effect.Effect<never> {
    return Effect.suspend(() => {
      this.#leases.set(lease.partition, lease)
      this.poke()
      return Effect.ensuring(
        Effect.never,
        Effect.suspend(() => this.#abandon(lease))
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
      broken: (cause) => this.#broke(run, driver, cause),
      end: (ending) => {
        if (this.#driven.get(run.id) === driver) this.#driven.delete(run.id)
        ended(run, ending)
        this.#settled()
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
    this.#settled()
  }

  #settled(): void {
    if (this.#driven.size === 0) this.#drained?.()
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

  #round(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      this.#hint.seen()
      const leases = [...this.#leases.values()]
      if (leases.length === 0) return yield* this.#sleep(null)
      yield* this.#deliver(leases)
      const dueMs = this.#isClosing ? null : yield* this.#options.store.nextDueMs(leases)
      const room = Math.min(this.#room, claimMax)
      const nowMs = yield* this.#now()
      if (dueMs !== null && dueMs <= nowMs && room > 0) {
        const claimed = yield* this.#options.store.claim(leases, room)
        for (const run of claimed) if (this.#isUnder(run, leases)) yield* this.#take(run)
        if (claimed.length > 0) return
      }
      // What is due and was not given to us is another owner's: our lease is about to end.
      const isOurs = dueMs !== null && dueMs > nowMs && room > 0
      yield* this.#sleep(isOurs ? dueMs - nowMs : null)
    }).pipe(
      Effect.catchCause((cause) => {
        const error = Cause.squash(cause)
        const warning = Effect.logWarning(summaryOf(error))
        return Effect.andThen(warning, Effect.sleep(this.#options.pollMs))
      })
    )
  }

  /** Whether the claim's lease is still held: the next owner takes up what a lost one has claimed. */
  #isUnder({ id }: Claimed, leases: ReadonlyArray<Lease>): boolean {
    const lease = this.#leaseOf(id)
    return lease !== undefined && leases.includes(lease)
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

  readonly #look: Effect.Effect<boolean> = Effect.suspend(() => {
    if (this.#leases.size === 0) return Effect.succeed(false)
    this.#hasNews = true
    return Effect.as(this.#deliver([...this.#leases.values()]), true)
  }).pipe(Effect.catch((error) => Effect.as(Effect.logWarning(error.message), false)))

  #deliver(leases: ReadonlyArray<Lease>) {
    return Effect.gen({ self: this }, function* () {
      // Hints may be lost: now and then everything is looked at.
      const isPolled = this.#localMs() - this.#newsAtMs >= this.#options.pollMs
      if (this.#driven.size === 0 || !(this.#hasNews || isPolled)) return
      this.#hasNews = false
      this.#newsAtMs = this.#localMs()
      const all = yield* this.#options.store.news(leases)
      for (const news of all) this.#driven.get(news.id)?.deliver(news)
    }).pipe(
      Effect.tapError(() =>
        Effect.sync(() => {
          this.#hasNews = true
        })
      )
    )
  }

  #take(run: Claimed): Effect.Effect<void> {
    const { definitions } = this.#options
    const known = definitions.known(run.definition)
    const bound =
      known === undefined ? definitions.bind(run.workflow, run.definition) : Effect.succeed(known)
    return bound.pipe(
      Effect.map((binding) => this.drive(run, binding)),
      // Also a bug: one run that cannot be taken up must not keep the others waiting.
      Effect.catchCause((cause) => this.#refuse(run, Cause.squash(cause)))
    )
  }

  /** A store that did not answer is asked again; anything else waits, visibly, for a worker that can. */
  #refuse(run: Claimed, error: unknown): Effect.Effect<void> {
    const { ended, pollMs, writer } = this.#options
    const told = () => {
      ended(run, { _tag: "Parked" })
      this.poke()
    }
    if (error instanceof StoreUnavailable) {
      writer.add(Refusal.later(run, this.nowMs + pollMs, told))
      return Effect.logWarning(error.message)
    }
    const reason = summaryOf(error)
    writer.add(Refusal.blocked(run, run.step, { reason, told }))
    return Effect.logError(`Run '${run.id}' cannot be taken up: ${reason}`)
  }

  #broke(run: Claimed, driver: Driver, cause: Cause.Cause<never>): void {
    const { context, ended, writer } = this.#options
    if (this.#driven.get(run.id) !== driver) return
    this.#driven.delete(run.id)
    const reason = summaryOf(Cause.squash(cause))
    const told = () => ended(run, { _tag: "Parked" })
    writer.add(Refusal.blocked(run, driver.step, { reason, told }))
    const text = `Run '${run.id}' cannot be driven: ${Cause.pretty(cause)}`
    Effect.runForkWith(context)(Effect.andThen(driver.abandon(), Effect.logError(text)))
    this.#settled()
  }

  #sleep(dueInMs: number | null): Effect.Effect<void> {
    const { pollMs } = this.#options
    return this.#hint.wait(Math.max(0, Math.min(dueInMs ?? pollMs, pollMs)))
  }

  #abandon({ partition }: Lease): Effect.Effect<void> {
    this.#leases.delete(partition)
    const { store } = this.#options
    const left = this.#driven.keys().filter((id) => store.partitionOf(id) === partition)
    const drivers = left.flatMap((id) => this.#driven.get(id) ?? [])
    for (const id of left) this.#driven.delete(id)
    this.#settled()
    const abandoned = Effect.forEach(drivers, (driver) => driver.abandon(), { discard: true })
    return Effect.andThen(abandoned, Effect.sync(this.#options.abandoned))
  }
}
