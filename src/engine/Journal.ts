// How a durable run meets the store. Steps that come before the writer asks are sealed as one checkpoint, with
// what follows from them: go on, park, hand back or finish. So a task and the delay after it are one write, and
// a hundred branches that end together are one checkpoint.
import { isUndo } from "../run/Note.ts"
import * as Snapshot from "../run/Snapshot.ts"
import type { FinishedStatus } from "../run/Status.ts"
import type { StrandId } from "../run/Strand.ts"
import type { Outcome, Step } from "../run/Transition.ts"
import type { CheckpointWriter, Source } from "../store/CheckpointWriter.ts"
import type { Answer, Checkpoint, Claimed, Next, Text } from "../store/Store.ts"
import { Gathered } from "./Gathered.ts"
import type { Interpreter } from "./Interpreter.ts"

/** How a driver lets go of its run. */
export type Ending =
  | { readonly _tag: "Parked" }
  /** Parked where this process lacks these tasks. */
  | { readonly _tag: "Blocked"; readonly missing: ReadonlyArray<string> }
  | { readonly _tag: "Finished"; readonly status: FinishedStatus; readonly result: Text }
  /** Another claim holds the run. */
  | { readonly _tag: "Lost" }

interface Sealed {
  readonly checkpoint: Checkpoint
  readonly calls: ReadonlyArray<StrandId>
}

export class Journal implements Source {
  readonly #run: Claimed
  readonly #writer: CheckpointWriter
  readonly #end: (ending: Ending) => void
  readonly #news: () => void
  #interpreter: Interpreter<Text> | null = null
  readonly #gathered = new Gathered()
  #sealed: Sealed | null = null
  #isQueued = false
  #isOver = false
  #step: number
  #blocked = false
  #held: "pause" | "release" | null = null
  /** The counter of what was sent, up to which the interpreter has been told. */
  seen: number

  constructor(options: {
    readonly run: Claimed
    readonly writer: CheckpointWriter
    readonly end: (ending: Ending) => void
    readonly news: () => void
  }) {
    this.#run = options.run
    this.#writer = options.writer
    this.#end = options.end
    this.#news = options.news
    this.#step = options.run.step
    this.seen = options.run.sent
  }

  attach(interpreter: Interpreter<Text>): void {
    this.#interpreter = interpreter
    if (this.#run.wasPaused && this.#run.request === null) {
      this.#gathered.note({ _tag: "RunResumed", atMs: interpreter.nowMs })
    }
  }

  /** Takes a step. One that changes nothing worth storing lets its calls be made at once. */
  add(step: Step<Text>): void {
    const isSilent =
      step.stored.length === 0 &&
      step.notes.length === 0 &&
      step.joined.length === 0 &&
      step.consumed.length === 0 &&
      step.events.length === 0 &&
      step.outcome === null
    if (isSilent) return this.#interpreter?.perform(step.calls)
    this.#gathered.add(step)
    this.wants()
  }

  /** Has the writer ask for a checkpoint, if only to park. */
  wants(): void {
    if (this.#isQueued || this.#isOver) return
    this.#isQueued = true
    this.#writer.add(this)
  }

  blocked(): void {
    this.#blocked = true
    this.wants()
  }

  /** Once nothing runs any more, the run is paused or handed back instead of parked. */
  hold(how: "pause" | "release"): void {
    if (this.#held !== "release") this.#held = how
    this.#interpreter?.hold()
    this.wants()
  }

  /** False when nothing was held, or when what is on its way to the store ends this driver anyway. */
  letGo(): boolean {
    if (this.#held !== "pause") return false
    if (this.#sealed !== null && this.#sealed.checkpoint.next._tag !== "Continue") return false
    this.#held = null
    this.#interpreter?.letGo()
    return true
  }

  /** The last step that was sealed. */
  get step(): number {
    return this.#step
  }

  get held(): "pause" | "release" | null {
    return this.#held
  }

  seal(): Checkpoint | null {
    // What was sealed and may or may not have been stored is offered again, unchanged.
    if (this.#sealed !== null) return this.#sealed.checkpoint
    this.#isQueued = false
    const interpreter = this.#interpreter
    if (interpreter === null || this.#isOver) return null
    const next = this.#next(interpreter)
    if (next._tag === "Continue" && this.#gathered.isEmpty) return null
    if (next._tag === "Park" && next.status === "paused") {
      this.#gathered.note({ _tag: "RunPaused", atMs: interpreter.nowMs })
    }
    const { calls, changes } = this.#gathered.take()
    this.#step += 1
    this.#sealed = {
      calls,
      checkpoint: {
        _tag: "Checkpoint",
        id: this.#run.id,
        epoch: this.#run.epoch,
        step: this.#step,
        ...changes,
        seen: this.seen,
        next
      }
    }
    return this.#sealed.checkpoint
  }

  stored(answer: Answer): void {
    const sealed = this.#sealed
    this.#sealed = null
    this.#isQueued = false
    if (sealed === null) return
    if (answer._tag !== "Stored") return this.#finish({ _tag: "Lost" })
    const { next } = sealed.checkpoint
    if (next._tag === "Finish") {
      return this.#finish({ _tag: "Finished", status: next.status, result: next.result })
    }
    if (next._tag === "Park" && next.status === "blocked") {
      const missing = next.waits.flatMap((wait) => (wait._tag === "Task" ? [wait.task] : []))
      return this.#finish({ _tag: "Blocked", missing })
    }
    if (next._tag !== "Continue") return this.#finish({ _tag: "Parked" })
    // Asked before this was stored, and maybe answered: what comes next must not begin. The news follow.
    if (answer.request?.intent === "pause") this.hold("pause")
    // What already undoes goes on: that is what the request has asked for.
    const isCancelled = answer.request?.intent === "cancel"
    this.#interpreter?.perform(isCancelled ? sealed.calls.filter(isUndo) : sealed.calls)
    if (answer.sent > this.seen) this.#news()
    if (!this.#gathered.isEmpty || this.#interpreter?.isQuiet === true) this.wants()
  }

  /** The run keeps what it has to store until the store takes it: nothing of it is lost or done twice. */
  failed(): boolean {
    return !this.#isOver
  }

  /** The claim is gone: whatever still comes is dropped. */
  abandon(): void {
    this.#isOver = true
  }

  #finish(ending: Ending): void {
    this.#isOver = true
    this.#interpreter?.stop()
    this.#end(ending)
  }

  #next(interpreter: Interpreter<Text>): Next {
    const { outcome } = interpreter
    if (outcome !== null) return toFinish(outcome)
    const isHeld = this.#held !== null
    if (!interpreter.isQuiet || (this.#gathered.hasCalls && !isHeld)) {
      return { _tag: "Continue" }
    }
    if (this.#held === "release") return { _tag: "Release" }
    const waits = Snapshot.waits(interpreter.binding.plan, interpreter.snapshot)
    const status = isHeld ? "paused" : this.#blocked ? "blocked" : "parked"
    return {
      _tag: "Park",
      status,
      wakeAtMs: Snapshot.nextWakeMs(interpreter.snapshot),
      waits: status === "paused" ? waits.filter(({ _tag }) => _tag !== "Task") : waits
    }
  }
}

const toFinish = (outcome: Outcome<Text>): Next => {
  switch (outcome._tag) {
    case "Completed":
      return { _tag: "Finish", status: "completed", result: outcome.value }
    case "Failed":
      return {
        _tag: "Finish",
        status: "failed",
        result: `{"node":${JSON.stringify(outcome.node)},"error":${outcome.error}}`
      }
    case "Cancelled":
      return {
        _tag: "Finish",
        status: "cancelled",
        result: JSON.stringify({ reason: outcome.reason, by: outcome.by })
      }
  }
}
