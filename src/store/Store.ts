// The first port: the durable home of runs. What every store must do, to the letter.
//
// Only a checkpoint changes a run, atomically and fenced. Everything else is an append (signal), an intent
// (control) or a hint (changes). Leases, polls and hints may be late or wrong: they cost time, never truth.
// Values are opaque text. All times are the store's clock, in milliseconds since 1970.
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { HistoryEvent } from "../run/History.ts"
import type { RunId } from "../run/RunId.ts"
import type { Signal, StoredStrand } from "../run/Snapshot.ts"
import type { FinishedStatus, Status, Wait } from "../run/Status.ts"
import type { StrandId } from "../run/Strand.ts"
import type { Lease, Leases } from "./Leases.ts"
import type { StoreError } from "./StoreError.ts"

export type { Lease, Leases, Owner } from "./Leases.ts"

/** A value as the codec wrote it. */
export type Text = string

/** Starts a run. Durable when answered. */
export interface Submit {
  readonly _tag: "Submit"
  readonly id: RunId
  readonly workflow: string
  /** Structure hash of a definition that `define` has stored. */
  readonly definition: string
  readonly input: Text
  readonly tags: ReadonlyArray<string>
  /** Not claimed before this time. Null: at once. */
  readonly startAtMs: number | null
  /** What happens when the id exists. `replace` ends the run that has it, whatever it does, and fences its driver. */
  readonly onConflict: "keep" | "replace"
  /** The caller wants to drive the run itself, without a claim. Ignored when the lease is no longer the newest. */
  readonly lease: Lease | null
}

export type SubmitAnswer =
  | {
      readonly _tag: "Submitted"
      /** 1 for the first run of this id; one more for each that replaced it. */
      readonly generation: number
      /** The fencing token when the run was claimed for the caller's lease, else null. */
      readonly epoch: number | null
      readonly atMs: number
      /** Where the run's history stands, for the steps to come. */
      readonly step: number
      /** What was kept for the run before it started, oldest first. */
      readonly signals: ReadonlyArray<Signal<Text>>
      readonly sent: number
    }
  | {
      readonly _tag: "Existing"
      readonly generation: number
      readonly status: Status
      readonly workflow: string
    }

/** What follows a checkpoint. Only `Continue` keeps the claim. */
export type Next =
  | { readonly _tag: "Continue" }
  /**
   * Nothing to do before `wakeAtMs`, or before something is sent. When something was sent that the driver
   * has not seen (the row's counter is above `seen`), the run is claimable at once.
   * `paused` carries out the request to pause; from then on only `resume` and `cancel` wake the run. When that
   * request is no longer there, the run is released instead and `RunPaused` is not recorded: see Pausing.ts.
   */
  | {
      readonly _tag: "Park"
      readonly status: "parked" | "blocked" | "paused"
      readonly wakeAtMs: number | null
      readonly waits: ReadonlyArray<Wait>
    }
  /** Hands the run back, claimable at once. */
  | { readonly _tag: "Release" }
  /**
   * Ends the run. A completed one keeps no strand, but those whose ids start with "~~" (see Note.ts).
   * `result` is the output, the error, or what was asked and by whom.
   */
  | { readonly _tag: "Finish"; readonly status: FinishedStatus; readonly result: Text }

/**
 * Moves a run on: all of it is stored or nothing. Applied only by the claim that holds `epoch`.
 * Repeating the same (id, epoch, step) after a lost answer is answered as before and changes nothing.
 */
export interface Checkpoint {
  readonly _tag: "Checkpoint"
  readonly id: RunId
  /** The claim's fencing token. */
  readonly epoch: number
  /** One more than the step before: orders the checkpoints of a run. */
  readonly step: number
  readonly strands: ReadonlyArray<StoredStrand<Text>>
  /** Removes every strand whose id starts with one of these and "/". */
  readonly joined: ReadonlyArray<StrandId>
  /** Buffered signals that this checkpoint takes, by `seq`. */
  readonly consumed: ReadonlyArray<number>
  /** The counter up to which the driver has seen what was sent. */
  readonly seen: number
  readonly next: Next
  readonly events: ReadonlyArray<HistoryEvent>
}

export type CheckpointAnswer =
  | { readonly _tag: "Stored"; readonly sent: number; readonly request: Request | null }
  /** Another claim holds the run: the driver stops at once, without any further effect. */
  | { readonly _tag: "Fenced" }

/** Appends to a run's buffer, first in first out for each (run, name). */
export interface Send {
  readonly _tag: "Send"
  readonly id: RunId
  readonly name: string
  /** A second send with the same key to the same run stores nothing. */
  readonly key: string | null
  readonly payload: Text
  /** Keep it for a run that does not exist yet. */
  readonly keep: boolean
}

/**
 * `Sent` raised the run's counter and made a parked run claimable, in the same transaction: these two updates
 * of one row, and `Park` comparing the counter, close the lost wake-up.
 */
export type SendAnswer =
  | { readonly _tag: "Sent"; readonly isRepeat: boolean }
  | { readonly _tag: "Unknown" }
  | { readonly _tag: "Finished"; readonly status: FinishedStatus }

/**
 * A lasting intent. `cancel` beats `pause`; `resume` withdraws `pause`. Raises the counter and makes a run
 * that nobody drives claimable; the driver carries it out and writes the outcome.
 */
export interface Control {
  readonly _tag: "Control"
  readonly id: RunId
  readonly intent: "cancel" | "pause" | "resume"
  readonly reason: string
  readonly by: string
}

export type ControlAnswer =
  | { readonly _tag: "Accepted" }
  | { readonly _tag: "Unknown" }
  | { readonly _tag: "Finished"; readonly status: FinishedStatus }

export type Write = Submit | Checkpoint | Send | Control

export type AnswerOf<W extends Write> = W extends Submit
  ? SubmitAnswer
  : W extends Checkpoint
    ? CheckpointAnswer
    : W extends Send
      ? SendAnswer
      : ControlAnswer

export type Answer = AnswerOf<Write>

/** A run handed to one driver, with all that it needs to go on. */
export interface Claimed {
  readonly id: RunId
  readonly generation: number
  readonly epoch: number
  readonly step: number
  readonly workflow: string
  readonly definition: string
  readonly input: Text
  readonly startedAtMs: number
  readonly trunk: StoredStrand<Text> | null
  readonly branches: ReadonlyArray<StoredStrand<Text>>
  /** Everything buffered up to `sent`, oldest first. */
  readonly signals: ReadonlyArray<Signal<Text>>
  readonly sent: number
  readonly request: Request | null
  /** The run was paused when it was claimed. */
  readonly wasPaused: boolean
}

/** An intent that waits to be carried out. */
export interface Request {
  readonly intent: "cancel" | "pause"
  readonly reason: string
  readonly by: string
}

/** What was sent to a run that somebody drives. */
export interface News {
  readonly id: RunId
  readonly sent: number
  readonly request: Request | null
  /** Buffered signals above the given counter, oldest first. */
  readonly signals: ReadonlyArray<Signal<Text>>
}

/** A run as people see it. */
export interface Run {
  readonly id: RunId
  readonly generation: number
  readonly workflow: string
  readonly definition: string
  readonly status: Status
  readonly tags: ReadonlyArray<string>
  readonly startedAtMs: number
  readonly updatedAtMs: number
  readonly waits: ReadonlyArray<Wait>
  readonly request: Request | null
  /** Output, error, or reason and by; null while the run is not finished. */
  readonly result: Text | null
}

export interface Query {
  readonly workflow: string | null
  readonly status: Status | null
  readonly tag: string | null
  /** Runs that come after this one; null from the start. */
  readonly after: RunId | null
  readonly limit: number
}

/**
 * A run keeps its row for this long after its end: a new run of its id then starts with a higher epoch than any
 * driver of the old one can hold, because epochs begin at the clock.
 */
export const purgeLagMs = 1_000

export interface Store {
  /** Runs are spread over this many partitions by a hash of the id. Fixed for the life of the store. */
  readonly partitions: number

  /** Where the run of this id is, from 0: the same in every process. */
  readonly partitionOf: (id: RunId) => number

  /** The store's clock. */
  readonly now: Effect.Effect<number, StoreError>

  /** Stores definitions by structure hash. One that exists takes the new policy. */
  readonly define: (
    definitions: ReadonlyArray<{
      readonly hash: string
      readonly workflow: string
      readonly json: string
    }>
  ) => Effect.Effect<void, StoreError>

  /** The JSON that `define` stored; null when nothing has that hash. */
  readonly definition: (hash: string) => Effect.Effect<string | null, StoreError>

  /**
   * Writes in order and answers each. Items are independent: one that is refused does not touch the others.
   * Fails as a whole only when nothing of it was stored, or when it is unknown what was. Durable when it returns.
   */
  readonly write: (batch: ReadonlyArray<Write>) => Effect.Effect<ReadonlyArray<Answer>, StoreError>

  /**
   * Up to `max` runs of the leases' partitions that are due, the longest due first, each with a fresh epoch.
   * None of a partition whose lease is not the newest. Never two live claims with one epoch.
   */
  readonly claim: (
    leases: ReadonlyArray<Lease>,
    max: number
  ) => Effect.Effect<ReadonlyArray<Claimed>, StoreError>

  /** When the next run of the partitions falls due; null when none will without being sent something. */
  readonly nextDueMs: (leases: ReadonlyArray<Lease>) => Effect.Effect<number | null, StoreError>

  /**
   * Of runs that are being driven in the partitions: those sent something that no checkpoint has seen. None of a
   * partition whose lease is not the newest.
   */
  readonly news: (leases: ReadonlyArray<Lease>) => Effect.Effect<ReadonlyArray<News>, StoreError>

  readonly get: (id: RunId) => Effect.Effect<Run | null, StoreError>

  /** Ordered by id, bytewise. */
  readonly list: (query: Query) => Effect.Effect<ReadonlyArray<Run>, StoreError>

  /** What the run last published: the value of its strand `publishedId`, which stays when the run ends. */
  readonly published: (id: RunId) => Effect.Effect<Text | null, StoreError>

  /** In the order in which it happened. */
  readonly history: (id: RunId) => Effect.Effect<ReadonlyArray<HistoryEvent>, StoreError>

  /**
   * Removes finished runs, and all that belongs to them, that ended before `beforeMs` and more than `purgeLagMs` ago.
   * At most `max`; answers how many.
   */
  readonly purge: (beforeMs: number, max: number) => Effect.Effect<number, StoreError>

  /** Calls `listener` when another process may have changed something. Lossy and late by up to its poll interval. */
  readonly changes: (listener: () => void) => Effect.Effect<void, never, Scope.Scope>

  /** Ownership as this store offers it: by lease rows of its own. */
  readonly leases: Leases
}
