import { expect } from "vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { checkpoint, control, finish, ids, type It, park, send, submit } from "./Scene.ts"

export const sends = (it: It): void => {
  it("to a run that is not there stores nothing and says so", ({ ask, claim }) =>
    Effect.gen(function* () {
      expect(yield* ask(send("a"))).toEqual({ _tag: "Unknown" })
      yield* ask(submit("a"))
      expect((yield* claim())[0]?.signals).toEqual([])
    }))

  it("is kept for a run that starts later when asked to, each key once", ({ ask, claim }) =>
    Effect.gen(function* () {
      const kept = send("a", { keep: true, key: "k" })
      expect(yield* ask(kept)).toEqual({ _tag: "Sent", isRepeat: false })
      expect(yield* ask(kept)).toEqual({ _tag: "Sent", isRepeat: true })
      yield* ask(submit("a"))
      expect(yield* ask(kept)).toEqual({ _tag: "Sent", isRepeat: true })
      const [run] = yield* claim()
      expect(run!.signals).toHaveLength(1)
    }))

  it("to a finished run is refused with its status, also when it would be kept", (scene) =>
    Effect.gen(function* () {
      const { ask, driven } = scene
      const run = yield* driven("a")
      yield* ask(checkpoint(run, { next: finish() }))
      expect(yield* ask(send("a"))).toEqual({ _tag: "Finished", status: "completed" })
      expect(yield* ask(send("a", { keep: true }))).toMatchObject({ _tag: "Finished" })
    }))

  it("with a key that the run has had stores nothing, even after the signal was taken", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, parked } = scene
      yield* parked("a")
      yield* parked("b")
      yield* ask(send("a", { key: "k", payload: "1" }))
      const [run] = yield* claim()
      yield* ask(checkpoint(run!, { consumed: [run!.signals[0]!.seq], next: park() }))
      expect(yield* ask(send("a", { key: "k" }))).toEqual({ _tag: "Sent", isRepeat: true })
      expect(yield* claim()).toEqual([])
      expect(yield* ask(send("a", { key: "k2" }))).toEqual({ _tag: "Sent", isRepeat: false })
      expect(yield* ask(send("b", { key: "k" }))).toEqual({ _tag: "Sent", isRepeat: false })
    }))

  it("comes out in the order in which it went in, for each name", ({ claim, parked, store }) =>
    Effect.gen(function* () {
      yield* parked("a")
      const names = ["x", "y", "x", "z", "y", "x"]
      const batch = names.map((name, index) => send("a", { name, payload: String(index) }))
      yield* store.write(batch.slice(0, 4))
      yield* store.write(batch.slice(4))
      const [run] = yield* claim()
      expect(run!.signals.map(({ name, payload }) => [name, payload])).toEqual(
        names.map((name, index) => [name, String(index)])
      )
      const seqs = run!.signals.map(({ seq }) => seq)
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
      expect(new Set(seqs).size).toBe(seqs.length)
    }))

  it("is taken from its own run only", ({ ask, claim, parked }) =>
    Effect.gen(function* () {
      yield* parked("a")
      yield* parked("b")
      yield* ask(send("a"))
      yield* ask(send("b"))
      const [a, b] = yield* claim()
      const consumed = [...a!.signals, ...b!.signals].map(({ seq }) => seq)
      yield* ask(checkpoint(a!, { consumed, next: { _tag: "Release" } }))
      yield* ask(checkpoint(b!, { next: { _tag: "Release" } }))
      expect((yield* claim()).map(({ signals }) => signals.length)).toEqual([0, 1])
    }))

  it("does not make a run begin before its start", ({ ask, claim }) =>
    Effect.gen(function* () {
      yield* ask(submit("a", { startAtMs: 100 }))
      yield* ask(send("a"))
      yield* TestClock.adjust(99)
      expect(yield* claim()).toEqual([])
      yield* TestClock.adjust(1)
      expect((yield* claim())[0]?.signals).toHaveLength(1)
    }))

  it("again does not put a run behind others that came later", ({ ask, claim, parked }) =>
    Effect.gen(function* () {
      yield* parked("a")
      yield* parked("b")
      yield* ask(send("a"))
      yield* TestClock.adjust(1)
      yield* ask(send("b"))
      yield* TestClock.adjust(1)
      yield* ask(send("a"))
      expect(ids(yield* claim())).toEqual(["a", "b"])
    }))

  it("to a run that is driven is news until a checkpoint has seen it", (scene) =>
    Effect.gen(function* () {
      const { ask, driven, lease, parked, store } = scene
      const run = yield* driven("a")
      yield* parked("b")
      expect(yield* store.news([lease])).toEqual([])
      yield* ask(send("a", { payload: "7" }))
      yield* ask(send("b"))
      yield* ask(control("a", "pause"))
      const sent = run.sent + 2
      const [news, ...others] = yield* store.news([lease])
      expect(others).toEqual([])
      expect(news).toMatchObject({ id: "a", sent, request: { intent: "pause" } })
      expect(news!.signals.map(({ payload }) => payload)).toEqual(["7"])
      yield* ask(checkpoint(run, { seen: sent }))
      expect(yield* store.news([lease])).toEqual([])
    }))

  it("is news for the newest lease only", ({ ask, driven, lease, store }) =>
    Effect.gen(function* () {
      yield* driven("a")
      yield* ask(send("a"))
      expect(yield* store.news([{ ...lease, epoch: lease.epoch - 1 }])).toEqual([])
      expect(yield* store.news([lease])).toHaveLength(1)
    }))
}
