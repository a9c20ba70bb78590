// A store with one definition and one owner, and short words for what a test does to it.
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { trunk } from "../../../src/run/Strand.ts"
import type {
  AnswerOf,
  Checkpoint,
  Claimed,
  Control,
  Lease,
  Next,
  Owner,
  Query,
  Send,
  Store,
  Submit,
  Write
} from "../../../src/store/Store.ts"
import type { StoreError } from "../../../src/store/StoreError.ts"

export interface Scene {
  readonly store: Store
  readonly lease: Lease
  readonly ask: <W extends Write>(write: W) => Effect.Effect<AnswerOf<W>, StoreError>
  readonly claim: (max?: number) => Effect.Effect<ReadonlyArray<Claimed>, StoreError>
  /** Submits a run and claims it. */
  readonly driven: (id: string) => Effect.Effect<Claimed, StoreError>
  /** Submits a run, claims it and parks it with `next`. */
  readonly parked: (id: string, next?: Partial<Parking>) => Effect.Effect<Claimed, StoreError>
  /** Submits a run, claims it, asks for a pause and carries it out. */
  readonly paused: (id: string) => Effect.Effect<void, StoreError>
}

type Parking = Omit<Extract<Next, { _tag: "Park" }>, "_tag">

/** Opens a store with one partition and nothing in it. */
export type Open = Effect.Effect<Store, StoreError, Scope.Scope>

export const ttlMs = 10_000

export const make = (open: Open): Effect.Effect<Scene, StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const store = yield* open
    yield* store.define([{ hash: "hash", workflow: "order", json: "{}" }])
    const lease = yield* store.leases.take(0, owner("first"), ttlMs)
    if (lease === null) throw new Error("a new store has an owner")
    // A store answers each write with the answer of its kind.
    const ask = <W extends Write>(write: W) =>
      Effect.map(store.write([write]), ([answer]) => answer as AnswerOf<W>)
    const claim = (max = 100) => store.claim([lease], max)
    const driven = (id: string) =>
      Effect.gen(function* () {
        yield* ask(submit(id))
        const claimed = (yield* claim()).find((run) => run.id === id)
        if (claimed === undefined) throw new Error(`run '${id}' cannot be claimed`)
        return claimed
      })
    const parked = (id: string, next: Partial<Parking> = {}) =>
      Effect.tap(driven(id), (run) => ask(checkpoint(run, { next: park(next) })))
    const paused = (id: string) =>
      Effect.gen(function* () {
        const run = yield* driven(id)
        yield* ask(control(id, "pause"))
        const next = park({ status: "paused", wakeAtMs: 50 })
        yield* ask(checkpoint(run, { seen: run.sent + 1, next }))
      })
    return { store, lease, ask, claim, driven, parked, paused }
  })

type Body = (scene: Scene) => Effect.Effect<void, StoreError, Scope.Scope>

export interface It {
  (fact: string, body: Body): void
  /** The same for each of `cases`, which stands in the fact for %s. */
  readonly each: (
    cases: ReadonlyArray<string>
  ) => (fact: string, body: (name: string) => Body) => void
}

/** One test on a store of its own, in virtual time that begins at 0. */
export const onScene = (open: Open): It => {
  const one = (fact: string, body: Body): void =>
    it.effect(fact, () => Effect.scoped(Effect.flatMap(make(open), body)))
  return Object.assign(one, {
    each: (cases: ReadonlyArray<string>) => (fact: string, body: (name: string) => Body) => {
      for (const name of cases) one(fact.replace("%s", name), body(name))
    }
  })
}

/** An owner that lives in this process. */
export const owner = (id: string): Owner => ({ id, host: "a-host", pid: process.pid })

export const submit = (id: string, options: Partial<Submit> = {}): Submit => ({
  _tag: "Submit",
  id,
  workflow: "order",
  definition: "hash",
  input: `"input of ${id}"`,
  tags: [],
  startAtMs: null,
  onConflict: "keep",
  lease: null,
  ...options
})

/** The step after the claim, unless another is named. */
export const checkpoint = (
  run: Pick<Claimed, "id" | "epoch" | "step" | "sent">,
  options: Partial<Checkpoint> = {}
): Checkpoint => ({
  _tag: "Checkpoint",
  id: run.id,
  epoch: run.epoch,
  step: run.step + 1,
  strands: [],
  joined: [],
  consumed: [],
  seen: run.sent,
  next: { _tag: "Continue" },
  events: [],
  ...options
})

export const park = (options: Partial<Parking> = {}): Next => ({
  _tag: "Park",
  status: "parked",
  wakeAtMs: null,
  waits: [],
  ...options
})

export const finish = (result = `"done"`): Next => ({ _tag: "Finish", status: "completed", result })

export const send = (id: string, options: Partial<Send> = {}): Send => ({
  _tag: "Send",
  id,
  name: "paid",
  key: null,
  payload: "1",
  keep: false,
  ...options
})

export const control = (id: string, intent: Control["intent"]): Control => ({
  _tag: "Control",
  id,
  intent,
  reason: `to ${intent}`,
  by: "a test"
})

export const query = (options: Partial<Query> = {}): Query => ({
  workflow: null,
  status: null,
  tag: null,
  after: null,
  limit: 100,
  ...options
})

export const strand = (id = trunk, value: string | null = `"value of ${id}"`) => ({
  indices: [3, 0],
  id,
  node: `node of ${id}`,
  value,
  sinceMs: 1,
  failures: 2,
  wakeAtMs: 3
})

export const ids = (runs: ReadonlyArray<{ readonly id: string }>): ReadonlyArray<string> =>
  runs.map(({ id }) => id)
