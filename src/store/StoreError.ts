// What can go wrong with a store. Nothing stored is lost or half written by any of these.
import * as Data from "effect/Data"

/** The store could not do what was asked: read-only, full, locked or gone. */
export class StoreUnavailable extends Data.TaggedError("StoreUnavailable")<{
  readonly store: string
  readonly kind: "ReadOnly" | "Full" | "Locked" | "Denied" | "Closed" | "Corrupt" | "Other"
  readonly doing: string
  readonly cause: unknown
}> {
  override get message(): string {
    const cause = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return `The store ${this.store} could not ${this.doing}: ${cause}. ${advice[this.kind]}`
  }
}

const advice: Readonly<Record<StoreUnavailable["kind"], string>> = {
  ReadOnly: "Nothing was written: make the file and its folder writable for this process",
  Full: "Nothing was written: free some disk space, then start again",
  Locked: "Nothing was written: another process held the database for too long",
  Denied: "Check that the path exists and that this process may read and write it",
  Closed: "The engine or its store has been closed",
  Corrupt: "The file is damaged: restore a backup",
  Other: "What had been stored before is untouched"
}

/** The file or schema is a database, but not one of ours. Nothing in it was changed. */
export class ForeignDatabase extends Data.TaggedError("ForeignDatabase")<{
  readonly store: string
  readonly found: string
}> {
  override get message(): string {
    return `${this.store} is not an Onward database (${this.found}): nothing in it was changed, give another path`
  }
}

/** Written by a newer version of this library. Nothing in it was changed. */
export class NewerDatabase extends Data.TaggedError("NewerDatabase")<{
  readonly store: string
  readonly found: number
  readonly known: number
}> {
  override get message(): string {
    return `${this.store} has format ${this.found}, this version knows ${this.known}: update the package onward`
  }
}

export type StoreError = StoreUnavailable | ForeignDatabase | NewerDatabase
