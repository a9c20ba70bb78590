// The right to drive the runs of a partition, as a row that ends by itself. What it rests on is the epoch: it rises
// with every owner, so whoever has lost the right without noticing is refused.
import type * as Effect from "effect/Effect"
import type { StoreError } from "./StoreError.ts"

/** The right to claim runs of one partition, until another owner takes it. */
export interface Lease {
  readonly partition: number
  readonly owner: string
  /** Rises with every owner of the partition: a claim or lead with an old one is refused. */
  readonly epoch: number
}

/** Lease rows: what ownership by polling is made of. Times are the store's clock. */
export interface Leases {
  /**
   * Takes the partition when nobody else holds it, when its lease has run out, or when its owner is known to be
   * dead. Null when somebody else holds it. Taking it, in one transaction: the partition's epoch rises, runs that were
   * being driven get a new epoch and become claimable, and blocked runs become claimable.
   */
  readonly take: (
    partition: number,
    owner: Owner,
    ttlMs: number
  ) => Effect.Effect<Lease | null, StoreError>
  /** Sets the end to now + ttl. False when the lease is no longer the newest, or has been released. */
  readonly renew: (lease: Lease, ttlMs: number) => Effect.Effect<boolean, StoreError>
  /** Ends the lease at once. */
  readonly release: (lease: Lease) => Effect.Effect<void, StoreError>
}

export interface Owner {
  /** Unique to one acquisition by one engine. */
  readonly id: string
  readonly host: string
  readonly pid: number
}
