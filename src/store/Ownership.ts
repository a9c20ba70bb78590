// The second port: who drives the runs of a partition. Ownership decides who works, never what is true: an owner
// that has lost its partition without noticing finds its claims and checkpoints refused.
import * as Effect from "effect/Effect"
import type { Lease, Owner, Store } from "./Store.ts"
import type { StoreError } from "./StoreError.ts"

export interface Ownership {
  /**
   * Runs `work` for each partition that this process comes to own, for as long as it owns it; interrupts it when
   * ownership is lost or no longer sure. Taking a partition raises its epoch, durably, before `work` begins.
   */
  readonly lead: (work: (lease: Lease) => Effect.Effect<void>) => Effect.Effect<never>
}

export interface LeaseOptions {
  readonly owner: Owner
  /** How long a lease lasts without a renewal. At least five times the longest stall of the event loop. */
  readonly ttlMs: number
  /** How often a process that does not own looks whether it can. */
  readonly pollMs: number
}

/** Ownership by the store's own lease rows: every partition by whoever takes its lease first. */
export const byLease = (store: Store, options: LeaseOptions): Ownership => ({
  lead: (work) =>
    Effect.forEach(
      Array.from({ length: store.partitions }, (_, partition) => partition),
      (partition) => leadOne(store, { ...options, partition }, work),
      { concurrency: "unbounded", discard: true }
    ).pipe(Effect.andThen(Effect.never))
})

interface OneOptions extends LeaseOptions {
  readonly partition: number
}

const leadOne = (
  store: Store,
  options: OneOptions,
  work: (lease: Lease) => Effect.Effect<void>
): Effect.Effect<never> =>
  store.leases.take(options.partition, options.owner, options.ttlMs).pipe(
    Effect.catch((error) => Effect.as(warn(error), null)),
    Effect.flatMap((lease) =>
      lease === null
        ? Effect.sleep(options.pollMs)
        : Effect.raceFirst(work(lease), renew(store, lease, options)).pipe(
            Effect.ensuring(Effect.ignore(store.leases.release(lease)))
          )
    ),
    Effect.forever
  )

/** Ends when the lease is another's, or may be: when no renewal has succeeded for as long as a lease lasts. */
const renew = Effect.fnUntraced(function* (store: Store, lease: Lease, options: OneOptions) {
  for (let sureMs = yield* now; ;) {
    yield* Effect.sleep(options.ttlMs / 3)
    const askedMs = yield* now
    const isOurs = yield* store.leases
      .renew(lease, options.ttlMs)
      .pipe(Effect.catch((error) => Effect.as(warn(error), null)))
    if (isOurs === false) return
    if (isOurs === true) sureMs = askedMs
    else if ((yield* now) - sureMs >= options.ttlMs) return
  }
})

const now = Effect.clockWith((clock) => clock.currentTimeMillis)

const warn = (error: StoreError) => Effect.logWarning(error.message)
