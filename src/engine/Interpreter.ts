// The interpreter: performs what transitions decide, one run at a time. It takes messages in order, decides,
// journals, and calls tasks; what takes time runs in a child fiber of the run's own, so whatever ends the run
// interrupts it. The same loop serves every way of running: they differ in the host that they bring.
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { isUndo, kept } from "../run/Note.ts"
import * as Snapshot from "../run/Snapshot.ts"
import type { StrandId } from "../run/Strand.ts"
import { decide, type Event, type Outcome, type Step, type Values } from "../run/Transition.ts"
import type { Caller } from "./Attempt.ts"
import type { Binding } from "./Binding.ts"
import { Calls } from "./Calls.ts"
import type { Host } from "./Host.ts"
import { Mailbox } from "./Mailbox.ts"
import type { Wall } from "./Wall.ts"

type Message<Value> =
  | { readonly _tag: "Event"; readonly event: Event<Value> }
  | { readonly _tag: "Perform"; readonly calls: ReadonlyArray<StrandId> }
  | { readonly _tag: "Interrupt" }
  | { readonly _tag: "Stop" }

/** Messages handled before others of this process get a turn. */
const turnsMax = 1_024

/** How long a wait that is over waits for a store that does not answer. */
const lookAgainMs = 100

/** The longest sleep that every timer keeps; a longer one is slept in parts. */
const sleepMaxMs = 2 ** 30

export class Interpreter<Value> {
  readonly binding: Binding
  readonly caller: Caller
  readonly snapshot: Snapshot.Snapshot<Value>
  readonly #calls: Calls<Value>
  readonly #values: Values<Value>
  readonly #host: Host<Value>
  readonly #attempts = new Map<StrandId, Fiber.Fiber<void>>()
  readonly #mailbox = new Mailbox<Message<Value>>()
  #held: Array<StrandId> | null = null
  #isStopped = false
  #outcome: Outcome<Value> | null = null

  constructor(options: {
    readonly binding: Binding
    readonly caller: Caller
    readonly snapshot: Snapshot.Snapshot<Value>
    readonly wall: Wall<Value>
    readonly values: Values<Value>
    readonly host: Host<Value>
  }) {
    this.binding = options.binding
    this.caller = options.caller
    this.snapshot = options.snapshot
    this.#values = options.values
    this.#host = options.host
    this.#calls = new Calls({
      ...options,
      kept: (strand, keep) => kept(this.snapshot, strand, keep)?.value,
      ended: (event) => {
        // Before anybody is told: whoever asks next whether the run is quiet must not find it running.
        this.#attempts.delete(event.strand.id)
        this.tell(event)
      }
    })
  }

  get nowMs(): number {
    return this.#host.nowMs()
  }

  get outcome(): Outcome<Value> | null {
    return this.#outcome
  }

  /** Whether the loop waits and nothing runs that could wake it. */
  get isQuiet(): boolean {
    return this.#mailbox.isAwaited && this.#attempts.size === 0 && this.#mailbox.isEmpty
  }

  /** Something happened. After the outcome nothing does. */
  tell(event: Event<Value>): void {
    this.#mailbox.post({ _tag: "Event", event })
  }

  /** A step is stored: its calls may be made. */
  perform(calls: ReadonlyArray<StrandId>): void {
    if (calls.length > 0) this.#mailbox.post({ _tag: "Perform", calls })
  }

  /** Makes no new call; what runs may finish. */
  hold(): void {
    this.#held ??= []
  }

  /** Makes the calls that were held back. */
  letGo(): void {
    const held = this.#held
    this.#held = null
    if (held === null) return
    this.perform(held)
    // What fell due meanwhile goes on, and the loop takes up the timers that are left.
    this.tell({ _tag: "Woke", atMs: this.nowMs })
  }

  get isHeld(): boolean {
    return this.#held !== null
  }

  /** Interrupts the calls that run; their strands stay where they are. */
  interrupt(): void {
    this.#mailbox.post({ _tag: "Interrupt" })
  }

  /** Ends the loop without an outcome; what still runs is interrupted. */
  stop(): void {
    this.#mailbox.post({ _tag: "Stop" })
  }

  /** Runs until there is an outcome, or until it is stopped. */
  readonly loop: Effect.Effect<void> = Effect.suspend(() =>
    Effect.andThen(
      Effect.whileLoop({
        while: () => !this.#isStopped,
        body: () => this.#turn(),
        step: () => undefined
      }),
      this.#interruptAll()
    )
  )

  /** The same without a fiber, while messages are all that is waited for; `fork` gets the rest. */
  drive(fork: (rest: Effect.Effect<void>) => void): void {
    try {
      for (let turn = 0; turn < turnsMax; turn++) {
        const message = this.#mailbox.take()
        if (message === undefined) {
          if (this.#nextWakeMs !== null) break
          this.#mailbox.wait(() => this.drive(fork))
          if (this.isQuiet) this.#host.waits(this)
          return
        }
        const waiting = this.#handle(message)
        if (waiting !== null) return fork(Effect.andThen(waiting, this.loop))
        if (this.#isStopped) return
      }
      fork(this.loop)
    } catch (bug) {
      fork(Effect.die(bug))
    }
  }

  /** Handles messages until one has to be waited for, or until none is left and the run waits. */
  #turn(): Effect.Effect<void> {
    for (let turn = 0; turn < turnsMax; turn++) {
      const message = this.#mailbox.take()
      if (message === undefined) return this.#idle()
      const waiting = this.#handle(message)
      if (waiting !== null) return waiting
      if (this.#isStopped) return Effect.void
    }
    return Effect.yieldNow
  }

  /** Null when the message is done with. */
  #handle(message: Message<Value>): Effect.Effect<void> | null {
    switch (message._tag) {
      case "Stop":
        this.#isStopped = true
        return null
      case "Interrupt":
        return this.#attempts.size === 0 ? null : this.#interruptAll()
      case "Event":
        return this.#advance(message.event)
      case "Perform":
        return this.#performAll(message.calls)
    }
  }

  #performAll(calls: ReadonlyArray<StrandId>): Effect.Effect<void> | null {
    const forks: Array<Effect.Effect<void>> = []
    for (const id of calls) {
      const attempt = this.#perform(id)
      if (attempt !== null) forks.push(this.#fork(id, attempt))
    }
    return forks.length === 0 ? null : Effect.all(forks, { discard: true })
  }

  #interruptAll(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#attempts.size === 0) return Effect.void
      const running = [...this.#attempts.values()]
      this.#attempts.clear()
      return Fiber.interruptAll(running)
    })
  }

  #fork(id: StrandId, attempt: Effect.Effect<void>): Effect.Effect<void> {
    return Effect.map(Effect.forkChild(attempt, { startImmediately: true }), (fiber) => {
      if (fiber.pollUnsafe() === undefined) this.#attempts.set(id, fiber)
    })
  }

  /** The same without a fiber, for a host that is synchronous: until there is an outcome. */
  loopSync(): void {
    while (this.#outcome === null) {
      const message = this.#mailbox.take()
      if (message === undefined) this.#block()
      else if (message._tag === "Event") this.#advance(message.event)
      else if (message._tag === "Perform") for (const id of message.calls) this.#perform(id)
    }
  }

  #block(): void {
    const wakeAtMs = Snapshot.nextWakeMs(this.snapshot)
    if (wakeAtMs === null) throw new Error("a synchronous run waits for nothing that can come")
    const leftMs = wakeAtMs - this.#host.nowMs()
    if (leftMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, leftMs)
    this.tell({ _tag: "Woke", atMs: this.#host.nowMs() })
  }

  /** Decides and takes the step; when calls have to be stopped, that comes in between, as an Effect. */
  #advance(event: Event<Value>): Effect.Effect<void> | null {
    if (this.#outcome !== null) return null
    const step = decide(this.binding.plan, this.#values, this.snapshot, event)
    const running = step.stops.flatMap((id) => this.#attempts.get(id) ?? [])
    if (running.length === 0) {
      this.#enact(step)
      return null
    }
    return Effect.andThen(
      Fiber.interruptAll(running),
      Effect.sync(() => {
        for (const id of step.stops) this.#attempts.delete(id)
        this.#enact(step)
      })
    )
  }

  #enact(step: Step<Value>): void {
    Snapshot.apply(this.snapshot, step)
    this.#outcome = step.outcome
    this.#host.journal(this, step)
  }

  /** Waits for a message, or for the first timer. */
  #idle(): Effect.Effect<void> {
    const latch = Effect.callback<void>((resume) => {
      this.#mailbox.wait(() => resume(Effect.void))
      // Under a timer this starts a little later than the loop: what came meanwhile is not missed.
      if (!this.#mailbox.isEmpty) this.#mailbox.wake()
      else if (this.isQuiet) this.#host.waits(this)
      return Effect.sync(() => this.#mailbox.waitNoMore())
    })
    const wakeAtMs = this.#nextWakeMs
    if (wakeAtMs === null) return latch
    const tell = Effect.sync(() => {
      const atMs = this.#host.nowMs()
      if (wakeAtMs <= atMs) this.tell({ _tag: "Woke", atMs })
    })
    const wake = Effect.suspend(() =>
      this.#host.look !== undefined && this.#isWaitDue
        ? // Until it is known what was sent, no wait times out.
          Effect.flatMap(this.#host.look, (isKnown) => (isKnown ? tell : Effect.sleep(lookAgainMs)))
        : tell
    )
    const leftMs = wakeAtMs - this.#host.nowMs()
    if (leftMs <= 0) return wake
    return Effect.raceFirst(latch, Effect.andThen(Effect.sleep(Math.min(leftMs, sleepMaxMs)), wake))
  }

  /** A signal that has been sent by now beats a wait whose time is up. */
  get #isWaitDue(): boolean {
    return Snapshot.isWaitDue(this.binding.plan, this.snapshot, this.#host.nowMs())
  }

  /** When the first timer wakes the run; null while nothing does. */
  get #nextWakeMs(): number | null {
    return this.isHeld ? null : Snapshot.nextWakeMs(this.snapshot)
  }

  /** Calls the task of a strand. What is done at once has been told; the rest is an Effect to fork. */
  #perform(id: StrandId): Effect.Effect<void> | null {
    if (this.#held !== null) {
      this.#held.push(id)
      return null
    }
    const strand = this.snapshot.strands.get(id)
    if (strand === undefined || strand.node === null || this.#outcome !== null) return null
    const bound = this.binding[isUndo(id) ? "undos" : "calls"].get(strand.node)
    if (bound !== undefined) return this.#calls.make(strand, bound)
    this.#host.blocked(this, id)
    return null
  }
}
