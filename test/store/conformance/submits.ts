import { expect } from "vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import {
  checkpoint,
  control,
  finish,
  type It,
  owner,
  send,
  strand,
  submit,
  ttlMs
} from "./Scene.ts"

export const submits = (it: It): void => {
  it("creates a run that is claimable at once", ({ ask, claim, store }) =>
    Effect.gen(function* () {
      yield* TestClock.adjust(5)
      const answer = yield* ask(submit("a", { tags: ["x", "y"] }))
      expect(answer).toEqual({
        _tag: "Submitted",
        generation: 1,
        epoch: null,
        atMs: 5,
        step: 0,
        signals: [],
        sent: 0
      })
      expect(yield* store.get("a")).toEqual({
        id: "a",
        generation: 1,
        workflow: "order",
        definition: "hash",
        status: "queued",
        tags: ["x", "y"],
        startedAtMs: 5,
        updatedAtMs: 5,
        waits: [],
        request: null,
        result: null
      })
      const [run] = yield* claim()
      expect(run).toMatchObject({ id: "a", input: `"input of a"`, trunk: null, branches: [] })
    }))

  it("keeps a run that exists, whatever it does, and says what it is", ({ ask, claim, driven }) =>
    Effect.gen(function* () {
      const run = yield* driven("a")
      const again = submit("a", { input: `"other"` })
      expect(yield* ask(again)).toEqual({
        _tag: "Existing",
        generation: 1,
        status: "running",
        workflow: "order"
      })
      yield* ask(checkpoint(run, { next: finish() }))
      expect(yield* ask(again)).toEqual({
        _tag: "Existing",
        generation: 1,
        status: "completed",
        workflow: "order"
      })
      expect(yield* claim()).toEqual([])
    }))

  it("replaces a run: a new generation with the new input, without what the old one had", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, driven } = scene
      const old = yield* driven("a")
      yield* ask(send("a", { key: "k" }))
      yield* ask(control("a", "cancel"))
      yield* ask(checkpoint(old, { strands: [strand(), strand("f/x")] }))
      const answer = yield* ask(submit("a", { onConflict: "replace", input: `"new"` }))
      expect(answer).toMatchObject({ _tag: "Submitted", generation: 2, signals: [], sent: 0 })
      const [run] = yield* claim()
      expect(run).toMatchObject({
        generation: 2,
        input: `"new"`,
        trunk: null,
        branches: [],
        signals: [],
        request: null
      })
      expect(yield* ask(send("a", { key: "k" }))).toEqual({ _tag: "Sent", isRepeat: false })
    }))

  it("fences the driver of a replaced run", ({ ask, driven, store }) =>
    Effect.gen(function* () {
      const old = yield* driven("a")
      yield* ask(submit("a", { onConflict: "replace" }))
      expect(yield* ask(checkpoint(old, { next: finish() }))).toEqual({ _tag: "Fenced" })
      expect((yield* store.get("a"))?.status).toBe("queued")
    }))

  it("keeps the history of a replaced run before that of the new one", ({ ask, driven, store }) =>
    Effect.gen(function* () {
      const old = yield* driven("a")
      const done = { _tag: "TaskCompleted", atMs: 0, node: "n", attempt: 1 } as const
      yield* ask(checkpoint(old, { events: [done] }))
      const answer = yield* ask(submit("a", { onConflict: "replace" }))
      const run = yield* driven("a")
      expect(answer).toMatchObject({ step: run.step })
      yield* ask(checkpoint(run, { events: [done] }))
      const tags = (yield* store.history("a")).map(({ _tag }) => _tag)
      expect(tags).toEqual(["TaskCompleted", "RunReplaced", "TaskCompleted"])
    }))

  it("claims the run for the caller under the newest lease", ({ ask, claim, lease, store }) =>
    Effect.gen(function* () {
      const answer = yield* ask(submit("a", { lease }))
      if (answer._tag !== "Submitted" || answer.epoch === null) return expect.fail("not claimed")
      expect(yield* claim()).toEqual([])
      expect((yield* store.get("a"))?.status).toBe("running")
      const { epoch, sent, step } = answer
      const first = checkpoint({ id: "a", epoch, step, sent }, { next: finish() })
      expect(yield* ask(first)).toMatchObject({ _tag: "Stored" })
    }))

  it("does not claim the run under a stale lease", ({ ask, lease, store }) =>
    Effect.gen(function* () {
      yield* TestClock.adjust(ttlMs)
      const newer = yield* store.leases.take(0, owner("second"), ttlMs)
      expect(yield* ask(submit("a", { lease }))).toMatchObject({ epoch: null })
      expect(yield* store.claim([newer!], 10)).toHaveLength(1)
    }))

  it("is not claimable, and not driven by the caller, before its start", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, lease, store } = scene
      expect(yield* ask(submit("a", { startAtMs: 100, lease }))).toMatchObject({ epoch: null })
      yield* TestClock.adjust(99)
      expect(yield* claim()).toEqual([])
      expect(yield* store.nextDueMs([lease])).toBe(100)
      yield* TestClock.adjust(1)
      expect(yield* claim()).toHaveLength(1)
    }))

  it("hands over what was kept for the run, oldest first", ({ ask, lease, store }) =>
    Effect.gen(function* () {
      yield* ask(send("a", { keep: true, payload: "1" }))
      yield* ask(send("a", { keep: true, payload: "2", name: "other" }))
      const answer = yield* ask(submit("a", { lease }))
      if (answer._tag !== "Submitted") return expect.fail("not submitted")
      expect(answer.signals.map(({ name, payload }) => [name, payload])).toEqual([
        ["paid", "1"],
        ["other", "2"]
      ])
      expect(yield* store.news([lease])).toEqual([])
      const [first] = answer.signals
      const taken = { epoch: answer.epoch!, step: answer.step, sent: answer.sent, id: "a" }
      const stored = yield* ask(checkpoint(taken, { consumed: [first!.seq] }))
      expect(stored).toEqual({ _tag: "Stored", sent: answer.sent, request: null })
    }))

  it("gives a run whose id was purged a token that no driver of the old run holds", (scene) =>
    Effect.gen(function* () {
      const { ask, lease, store } = scene
      const epochOf = Effect.map(ask(submit("a", { lease, onConflict: "replace" })), (answer) =>
        answer._tag === "Submitted" ? answer.epoch! : expect.fail("kept")
      )
      const lost = { id: "a", epoch: yield* epochOf, step: 0, sent: 0 }
      const second = { id: "a", epoch: yield* epochOf, step: 1, sent: 0 }
      yield* ask(checkpoint(second, { next: finish() }))
      yield* TestClock.adjust(2_000)
      expect(yield* store.purge(1_000, 10)).toBe(1)
      yield* epochOf
      expect(yield* ask(checkpoint(lost, { next: finish() }))).toEqual({ _tag: "Fenced" })
    }))
}
