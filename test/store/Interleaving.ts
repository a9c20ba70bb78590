// Random lives of two runs: writes, claims, leases and time in any order, the senseless ones included.
// What a driver knows it knows from its claim, so a step names a claim by its place in the order of claims.
import * as fc from "fast-check"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import type { Checkpoint, Claimed, Lease, Next, Store, Write } from "../../src/store/Store.ts"
import type { StoreError } from "../../src/store/StoreError.ts"
import {
  checkpoint,
  control,
  owner,
  park,
  query,
  send,
  strand,
  submit
} from "./conformance/Scene.ts"

type Driven = Pick<Claimed, "id" | "epoch" | "step" | "sent" | "signals">

/** What the outside knows of one store, and gets from nowhere else. */
interface World {
  readonly store: Store
  readonly leases: Array<Lease>
  readonly driven: Array<Driven>
  readonly stored: Array<Checkpoint>
}

export type Act = (world: World) => Effect.Effect<unknown, StoreError>

const id = fc.constantFrom("a", "b")
const pick = fc.nat(1_000)
const small = fc.nat(40)

const pickOf = <A>(items: ReadonlyArray<A>, index: number): A | undefined =>
  // Mostly the newest: an old claim or lease is the exception.
  items.at(-1 - Math.floor(index / 700) * (index % Math.max(1, items.length)))

const asWrite = (write: fc.Arbitrary<Write>): fc.Arbitrary<Act> =>
  write.map(
    (item) =>
      ({ store }) =>
        store.write([item])
  )

const submits: fc.Arbitrary<Act> = fc
  .record({
    id,
    onConflict: fc.constantFrom("keep", "replace"),
    startAtMs: fc.option(small),
    tags: fc.subarray(["x", "y"]),
    lease: fc.option(pick)
  })
  .map((options) => ({ driven, leases, store }) => {
    const lease = options.lease === null ? undefined : pickOf(leases, options.lease)
    return Effect.tap(
      store.write([submit(options.id, { ...options, lease: lease ?? null })]),
      ([got]) =>
        Effect.sync(() => {
          if (got?._tag !== "Submitted" || got.epoch === null) return
          driven.push({ id: options.id, ...got, epoch: got.epoch })
        })
    )
  })

const sends = asWrite(
  fc
    .record({
      id,
      keep: fc.boolean(),
      key: fc.option(fc.constantFrom("k", "l")),
      name: fc.constantFrom("paid", "sent"),
      payload: fc.json()
    })
    .map((options) => send(options.id, options))
)

const controls = asWrite(
  fc.tuple(id, fc.constantFrom("cancel", "pause", "resume")).map(([id, what]) => control(id, what))
)

const claims: fc.Arbitrary<Act> = fc
  .tuple(pick, fc.integer({ min: 1, max: 2 }))
  .map(([at, max]) => ({ driven, leases, store }) => {
    const lease = pickOf(leases, at)
    if (lease === undefined) return Effect.void
    return Effect.map(store.claim([lease], max), (claimed) => {
      driven.push(...claimed)
      return claimed.map((run) => ({ ...run, branches: sorted(run.branches) }))
    })
  })

const nexts: fc.Arbitrary<Next> = fc.oneof(
  fc.constant({ _tag: "Continue" } as const),
  fc.constant({ _tag: "Release" } as const),
  fc
    .record({ status: fc.constantFrom("parked", "blocked", "paused"), wakeAtMs: fc.option(small) })
    .map(park),
  fc
    .constantFrom("completed", "failed", "cancelled")
    .map((status) => ({ _tag: "Finish", status, result: `"${status}"` }) as const)
)

const steps: fc.Arbitrary<Act> = fc
  .record({
    at: pick,
    strands: fc.subarray(["", "f/x", "f/y", "f/x+g/z", "f/x/z", "g/x"]),
    joined: fc.subarray(["f", "f/x", "g"]),
    taken: fc.nat(3),
    isBlind: fc.boolean(),
    next: nexts,
    hasEvents: fc.boolean()
  })
  .map(
    ({ at, hasEvents, isBlind, joined, next, strands, taken }) =>
      ({ driven, store, stored }) =>
        Effect.gen(function* () {
          const run = pickOf(driven, at)
          if (run === undefined) return undefined
          const item = checkpoint(run, {
            strands: strands.map((name) => strand(name, `"${run.step}"`)),
            joined,
            consumed: run.signals.slice(0, taken).map(({ seq }) => seq),
            seen: isBlind ? run.sent : run.sent + 2,
            next,
            events: hasEvents ? [{ _tag: "RunResumed", atMs: run.step }] : []
          })
          const [answer] = yield* store.write([item])
          if (answer?._tag !== "Stored") return answer
          stored.push(item)
          driven.splice(driven.indexOf(run), 1, { ...run, step: run.step + 1 })
          return answer
        })
  )

const repeats: fc.Arbitrary<Act> = pick.map((at) => ({ store, stored }) => {
  const item = pickOf(stored, at)
  return item === undefined ? Effect.void : store.write([item])
})

const owned: fc.Arbitrary<Act> = fc
  .tuple(fc.constantFrom("take", "renew", "release"), fc.constantFrom("x", "y"), pick)
  .map(([what, who, at]) => ({ leases, store }) => {
    if (what === "take") {
      return Effect.tap(store.leases.take(0, owner(who), 25), (lease) =>
        Effect.sync(() => lease !== null && leases.push(lease))
      )
    }
    const lease = pickOf(leases, at)
    if (lease === undefined) return Effect.void
    return what === "renew" ? store.leases.renew(lease, 25) : store.leases.release(lease)
  })

const purges: fc.Arbitrary<Act> = fc.tuple(fc.nat(5_000), fc.integer({ min: 1, max: 2 })).map(
  ([beforeMs, max]) =>
    ({ store }) =>
      store.purge(beforeMs, max)
)

/** Ways of doing something to a store; each says what the store answered. */
export const acts: fc.Arbitrary<ReadonlyArray<Act | number>> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: submits },
    { weight: 6, arbitrary: claims },
    { weight: 8, arbitrary: steps },
    { weight: 2, arbitrary: repeats },
    { weight: 4, arbitrary: sends },
    { weight: 4, arbitrary: controls },
    { weight: 3, arbitrary: owned },
    { weight: 1, arbitrary: purges },
    { weight: 3, arbitrary: fc.nat(30) },
    // Long enough for what has ended to be purged.
    { weight: 1, arbitrary: fc.constant(1_500) }
  ),
  { minLength: 10, maxLength: 60, size: "max" }
)

export const world = (store: Store): Effect.Effect<World, StoreError> =>
  Effect.gen(function* () {
    yield* store.define([{ hash: "hash", workflow: "order", json: "{}" }])
    const lease = yield* store.leases.take(0, owner("x"), 25)
    return { store, leases: lease === null ? [] : [lease], driven: [], stored: [] }
  })

/** A number lets that many milliseconds pass. */
export const pass = (act: Act | number): Effect.Effect<void> =>
  typeof act === "number" ? TestClock.adjust(act) : Effect.void

/** All that can be read. */
export const observe = ({ leases, store }: World) =>
  Effect.gen(function* () {
    const lease = leases.at(-1)!
    return {
      runs: yield* store.list(query()),
      histories: [yield* store.history("a"), yield* store.history("b")],
      dueMs: yield* store.nextDueMs([lease]),
      news: yield* store.news([lease])
    }
  })

const sorted = <A extends { readonly id: string }>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
  items.toSorted((a, b) => (a.id < b.id ? -1 : 1))
