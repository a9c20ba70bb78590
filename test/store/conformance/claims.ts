import { expect } from "vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import {
  checkpoint,
  control,
  ids,
  type It,
  owner,
  park,
  send,
  strand,
  submit,
  ttlMs
} from "./Scene.ts"

export const claims = (it: It): void => {
  it("takes what is due and nothing else, the longest due first", ({ ask, claim }) =>
    Effect.gen(function* () {
      yield* ask(submit("later", { startAtMs: 31 }))
      yield* ask(submit("third", { startAtMs: 30 }))
      yield* ask(submit("first", { startAtMs: 10 }))
      yield* ask(submit("second", { startAtMs: 20 }))
      yield* TestClock.adjust(30)
      expect(ids(yield* claim())).toEqual(["first", "second", "third"])
    }))

  it("takes runs that are due since the same time in the order in which they were started", (scene) =>
    Effect.gen(function* () {
      const { ask, claim } = scene
      for (const id of ["c", "a", "b"]) yield* ask(submit(id))
      expect(ids(yield* claim())).toEqual(["c", "a", "b"])
    }))

  it("takes at most so many, and each once", ({ ask, claim }) =>
    Effect.gen(function* () {
      for (const id of ["a", "b", "c"]) yield* ask(submit(id))
      expect(ids(yield* claim(2))).toEqual(["a", "b"])
      expect(ids(yield* claim(2))).toEqual(["c"])
      expect(yield* claim(2)).toEqual([])
    }))

  it("gives each claim of a run a fresh token", ({ ask, claim, parked }) =>
    Effect.gen(function* () {
      const first = yield* parked("a")
      const tokens = new Set([first.epoch])
      for (let round = 0; round < 5; round++) {
        yield* ask(send("a"))
        const [run] = yield* claim()
        expect(tokens.has(run!.epoch)).toBe(false)
        tokens.add(run!.epoch)
        yield* ask(checkpoint(run!, { next: park() }))
      }
    }))

  it("takes nothing under a stale lease, and leaves it to the newest", ({ ask, claim, store }) =>
    Effect.gen(function* () {
      yield* ask(submit("a"))
      yield* TestClock.adjust(ttlMs)
      const newer = yield* store.leases.take(0, owner("second"), ttlMs)
      expect(yield* claim()).toEqual([])
      expect(ids(yield* store.claim([newer!], 10))).toEqual(["a"])
    }))

  it("hands over all that the run needs: strands, signals, counter, request, step", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, driven } = scene
      const first = yield* driven("a")
      yield* ask(send("a", { payload: `"sent"` }))
      yield* ask(control("a", "cancel"))
      const strands = [strand(), strand("fork/left"), strand("fork/right", null)]
      yield* ask(checkpoint(first, { strands, next: { _tag: "Release" } }))
      const [run] = yield* claim()
      expect({
        ...run,
        branches: run!.branches.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      }).toEqual({
        id: "a",
        generation: 1,
        epoch: first.epoch + 1,
        step: first.step + 1,
        workflow: "order",
        definition: "hash",
        input: `"input of a"`,
        startedAtMs: 0,
        trunk: strands[0],
        branches: [strands[1], strands[2]],
        signals: [{ seq: expect.any(Number), name: "paid", payload: `"sent"` }],
        sent: 2,
        request: { intent: "cancel", reason: "to cancel", by: "a test" },
        wasPaused: false
      })
    }))

  it("makes the run `running`, and has nothing due any more", ({ ask, claim, lease, store }) =>
    Effect.gen(function* () {
      yield* ask(submit("a"))
      expect(yield* store.nextDueMs([lease])).toBe(0)
      yield* TestClock.adjust(7)
      yield* claim()
      expect(yield* store.get("a")).toMatchObject({ status: "running", waits: [], updatedAtMs: 7 })
      expect(yield* store.nextDueMs([lease])).toBeNull()
    }))
}
