// The lost wake-up, 10,000 times: one connection parks the run while another, in a thread of its own, sends to
// it. Whichever comes first, the run is claimable afterwards, with that one signal.
import * as Effect from "effect/Effect"
import path from "node:path"
import { Worker } from "node:worker_threads"
import { expect, it } from "vitest"
import type { Claimed, Lease, Store } from "../../src/store/Store.ts"
import * as SqliteStore from "../../src/store/sqlite/SqliteStore.ts"
import { checkpoint, owner, park, submit } from "./conformance/Scene.ts"
import * as Folder from "./Folder.ts"

const rounds = 10_000

/** In how many rounds the send came first, and what was consumed in each. */
interface Outcome {
  readonly sentFirst: number
  readonly consumed: ReadonlyArray<string>
}

const prepare = (store: Store) =>
  Effect.gen(function* () {
    yield* store.define([{ hash: "hash", workflow: "order", json: "{}" }])
    const lease = yield* store.leases.take(0, owner("driver"), 600_000)
    yield* store.write([submit("a")])
    const [run] = yield* store.claim([lease!], 1)
    return { lease: lease!, run: run! }
  })

/** Parks in each round while the other sends, then claims and takes what has come. */
const race = (store: Store, lease: Lease, first: Claimed, cells: Int32Array) =>
  Effect.gen(function* () {
    let run = first
    let sentFirst = 0
    const consumed: Array<string> = []
    for (let round = 1; round <= rounds; round++) {
      Atomics.store(cells, 0, round)
      Atomics.notify(cells, 0)
      // Both come first often enough only when neither always gets a head start.
      const untilMs = performance.now() + (round % 16) * 0.02
      while (performance.now() < untilMs);
      const seqs = run.signals.map(({ seq }) => seq)
      const [answer] = yield* store.write([checkpoint(run, { consumed: seqs, next: park() })])
      if (answer?._tag !== "Stored") throw new Error(`round ${round} is fenced`)
      if (answer.sent > run.sent) sentFirst += 1
      while (Atomics.load(cells, 1) < round) Atomics.wait(cells, 1, round - 1, 1_000)
      const [claimed] = yield* store.claim([lease], 1)
      if (claimed === undefined) throw new Error(`the signal of round ${round} woke nobody`)
      run = claimed
      consumed.push(...run.signals.map(({ payload }) => payload))
    }
    return { sentFirst, consumed } satisfies Outcome
  })

it("signals raced against parking 10,000 times lose none", { timeout: 60_000 }, async () => {
  const outcome = await Effect.gen(function* () {
    const file = path.join(yield* Folder.scoped, "race.db")
    const store = yield* SqliteStore.make({ path: file })
    const { lease, run } = yield* prepare(store)
    const shared = new SharedArrayBuffer(8)
    const sender = new Worker(new URL("fixtures/sender.ts", import.meta.url), {
      workerData: { file, rounds, shared }
    })
    const outcome = yield* race(store, lease, run, new Int32Array(shared))
    yield* Effect.promise(() => sender.terminate())
    return outcome
  }).pipe(Effect.scoped, Effect.runPromise)
  expect(outcome.consumed).toEqual(Array.from({ length: rounds }, (_, index) => String(index + 1)))
  // Both orders have been there, many times: else this raced nothing.
  expect(outcome.sentFirst).toBeGreaterThan(rounds / 100)
  expect(outcome.sentFirst).toBeLessThan(rounds - rounds / 100)
})
