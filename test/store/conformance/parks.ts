import { expect } from "vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import type { Wait } from "../../../src/run/Status.ts"
import { checkpoint, control, type It, park, send } from "./Scene.ts"

export const parks = (it: It): void => {
  it("lets nobody claim the run before its wake time, and then at once", (scene) =>
    Effect.gen(function* () {
      const { claim, lease, parked, store } = scene
      yield* parked("a", { wakeAtMs: 100 })
      expect(yield* store.nextDueMs([lease])).toBe(100)
      yield* TestClock.adjust(99)
      expect(yield* claim()).toEqual([])
      yield* TestClock.adjust(1)
      expect(yield* claim()).toHaveLength(1)
    }))

  it("without a wake time waits for as long as nothing is sent", ({
    claim,
    lease,
    parked,
    store
  }) =>
    Effect.gen(function* () {
      yield* parked("a")
      expect(yield* store.nextDueMs([lease])).toBeNull()
      yield* TestClock.adjust("365 days")
      expect(yield* claim()).toEqual([])
    }))

  it("shows status and waits, until the next claim", ({ ask, claim, parked, store }) =>
    Effect.gen(function* () {
      const waits: ReadonlyArray<Wait> = [
        { _tag: "Timer", node: "nap", atMs: 100 },
        { _tag: "Signal", node: "wait", signal: "paid", timeoutAtMs: null }
      ]
      yield* parked("a", { waits, wakeAtMs: 100 })
      expect(yield* store.get("a")).toMatchObject({ status: "parked", waits })
      yield* ask(send("a"))
      expect(yield* store.get("a")).toMatchObject({ status: "parked", waits })
      yield* claim()
      expect(yield* store.get("a")).toMatchObject({ status: "running", waits: [] })
    }))

  it.each(["parked", "blocked"])(
    "as %s is over as soon as something is sent",
    (status) => (scene) =>
      Effect.gen(function* () {
        const { ask, claim, parked } = scene
        const run = yield* parked("a", { status: status as "parked" | "blocked" })
        yield* ask(send("a"))
        const [again] = yield* claim()
        expect(again).toMatchObject({ sent: run.sent + 1, wasPaused: false })
        expect(again!.signals).toHaveLength(1)
      })
  )

  // The lost wake-up: the sender finds a run that is driven, and the driver parks on what it knew before.
  it.each(["send", "pause", "cancel"])(
    "after an unseen %s leaves the run claimable at once",
    (what) => (scene) =>
      Effect.gen(function* () {
        const { ask, claim, driven } = scene
        const run = yield* driven("a")
        yield* ask(
          what === "send" ? send("a") : control("a", what === "pause" ? "pause" : "cancel")
        )
        const answer = yield* ask(checkpoint(run, { next: park({ wakeAtMs: 1_000 }) }))
        expect(answer).toMatchObject({ _tag: "Stored", sent: run.sent + 1 })
        expect(yield* claim()).toHaveLength(1)
      })
  )

  it("after a send that was seen waits", ({ ask, claim, driven }) =>
    Effect.gen(function* () {
      const run = yield* driven("a")
      yield* ask(send("a"))
      yield* ask(checkpoint(run, { seen: run.sent + 1, next: park() }))
      expect(yield* claim()).toEqual([])
    }))

  it("as paused is not over when a signal comes or its time does; both are kept", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, lease, paused, store } = scene
      yield* paused("a")
      expect(yield* claim()).toEqual([])
      expect(yield* store.get("a")).toMatchObject({ status: "paused", request: null })
      yield* ask(send("a"))
      yield* TestClock.adjust(1_000)
      expect(yield* claim()).toEqual([])
      expect(yield* store.nextDueMs([lease])).toBeNull()
      yield* ask(control("a", "resume"))
      const [run] = yield* claim()
      expect(run).toMatchObject({ wasPaused: true, request: null })
      expect(run!.signals).toHaveLength(1)
    }))

  it("as paused keeps what was sent unseen before, and stays paused", ({ ask, claim, driven }) =>
    Effect.gen(function* () {
      const run = yield* driven("a")
      yield* ask(control("a", "pause"))
      yield* ask(send("a"))
      yield* ask(checkpoint(run, { seen: run.sent + 1, next: park({ status: "paused" }) }))
      expect(yield* claim()).toEqual([])
    }))

  it("as paused is over when the run is cancelled", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, paused } = scene
      yield* paused("a")
      yield* ask(control("a", "cancel"))
      const [run] = yield* claim()
      expect(run).toMatchObject({ wasPaused: true, request: { intent: "cancel" } })
    }))

  it.each(["resume", "cancel"])(
    "as paused, raced by a %s, leaves the run claimable at once",
    (intent) => (scene) =>
      Effect.gen(function* () {
        const { ask, claim, driven, store } = scene
        const run = yield* driven("a")
        yield* ask(control("a", "pause"))
        yield* ask(control("a", intent === "resume" ? "resume" : "cancel"))
        const events = [{ _tag: "RunPaused", atMs: 1 } as const]
        const next = park({ status: "paused" })
        yield* ask(checkpoint(run, { seen: run.sent + 1, next, events }))
        // The pause that did not come about leaves no trace.
        expect((yield* store.get("a"))?.status).toBe("queued")
        expect(yield* store.history("a")).toEqual([])
        const [again] = yield* claim()
        expect(again?.request?.intent ?? "resume").toBe(intent)
        expect(again?.wasPaused).toBe(false)
      })
  )

  it("hands the run back with `Release`, claimable at once", ({ ask, claim, driven, store }) =>
    Effect.gen(function* () {
      const run = yield* driven("a")
      yield* ask(checkpoint(run, { next: { _tag: "Release" } }))
      expect((yield* store.get("a"))?.status).toBe("queued")
      expect(yield* claim()).toHaveLength(1)
    }))
}
