import { expect } from "vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import type { HistoryEvent } from "../../../src/run/History.ts"
import { publishedId } from "../../../src/run/Note.ts"
import { trunk } from "../../../src/run/Strand.ts"
import { checkpoint, control, finish, ids, type It, owner, park } from "./Scene.ts"
import { type Scene, send, strand, submit, ttlMs } from "./Scene.ts"

const done = (atMs: number): HistoryEvent => ({
  _tag: "TaskCompleted",
  atMs,
  node: "n",
  attempt: 1
})

/** Everything of a run that can be read. */
const everything = ({ lease, store }: Scene, id: string) =>
  Effect.all([store.get(id), store.history(id), store.nextDueMs([lease]), store.news([lease])])

const handBack = { _tag: "Release" } as const

export const checkpoints = (it: It): void => {
  it("stores strands, consumed signals, history and what follows in one write", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, store } = scene
      yield* ask(send("a", { keep: true, payload: "1" }))
      yield* ask(send("a", { keep: true, payload: "2" }))
      yield* ask(submit("a"))
      const [run] = yield* claim()
      const answer = yield* ask(
        checkpoint(run!, {
          strands: [strand()],
          consumed: [run!.signals[0]!.seq],
          events: [done(1), done(2)],
          next: handBack
        })
      )
      expect(answer).toEqual({ _tag: "Stored", sent: 2, request: null })
      expect(yield* store.history("a")).toEqual([done(1), done(2)])
      const [again] = yield* claim()
      expect(again).toMatchObject({ trunk: strand(), step: run!.step + 1 })
      expect(again!.signals.map(({ payload }) => payload)).toEqual(["2"])
    }))

  it("keeps the claim with `Continue`, and answers what was sent meanwhile", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, driven } = scene
      const run = yield* driven("a")
      yield* ask(send("a"))
      yield* ask(control("a", "pause"))
      expect(yield* ask(checkpoint(run))).toEqual({
        _tag: "Stored",
        sent: run.sent + 2,
        request: { intent: "pause", reason: "to pause", by: "a test" }
      })
      expect(yield* claim()).toEqual([])
      expect(yield* ask(checkpoint(run, { step: run.step + 2 }))).toMatchObject({ _tag: "Stored" })
    }))

  it("puts a strand in the place of the one with its id, and leaves the others", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, driven } = scene
      const run = yield* driven("a")
      yield* ask(checkpoint(run, { strands: [strand(), strand("f/x"), strand("f/y")] }))
      const moved = { ...strand("f/x", null), node: null, wakeAtMs: null, failures: 0 }
      yield* ask(checkpoint(run, { step: run.step + 2, strands: [moved], next: handBack }))
      const [again] = yield* claim()
      expect(again!.trunk).toEqual(strand())
      expect(again!.branches).toHaveLength(2)
      expect(again!.branches).toEqual(expect.arrayContaining([moved, strand("f/y")]))
    }))

  it("shows what was published, also when the run has completed, and nothing else of its strands", (scene) =>
    Effect.gen(function* () {
      const { ask, driven, store } = scene
      const run = yield* driven("a")
      expect(yield* store.published("a")).toBeNull()
      const note = { ...strand(publishedId, "1"), node: null, wakeAtMs: null, failures: 0 }
      yield* ask(checkpoint(run, { strands: [strand(), note] }))
      expect(yield* store.published("a")).toBe("1")
      yield* ask(checkpoint(run, { step: run.step + 2, next: finish() }))
      expect(yield* store.published("a")).toBe("1")
      const other = yield* driven("b")
      yield* ask(checkpoint(other, { strands: [strand(), note], next: finish() }))
      expect(yield* store.published("b")).toBe("1")
      expect(yield* store.published("nobody")).toBeNull()
      yield* ask({ ...submit("a"), onConflict: "replace" })
      expect(yield* store.published("a")).toBeNull()
    }))

  it("removes the strands below what has joined, and no strand that only begins alike", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, driven } = scene
      const run = yield* driven("a")
      const left = [trunk, "a", "a/b", "a/b0", "a/b.c", "a/b+fork/x", "A/B/x", "a/c/x"]
      const gone = ["a/b/x", "a/b/y/z/w", "a/b/\u{10ffff}", "a/b/"]
      yield* ask(checkpoint(run, { strands: [...left, ...gone].map((id) => strand(id)) }))
      const joining = { step: run.step + 2, joined: ["a/b", "nothing"], next: handBack }
      yield* ask(checkpoint(run, joining))
      const [again] = yield* claim()
      expect(again!.trunk).toEqual(strand())
      expect(ids(again!.branches).toSorted()).toEqual(left.slice(1).toSorted())
    }))

  it("removes what has joined before it puts the strands of the same step", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, driven } = scene
      const run = yield* driven("a")
      yield* ask(checkpoint(run, { strands: [strand("f/x"), strand("f/y")] }))
      const loop = { step: run.step + 2, joined: ["f"], strands: [strand("f/x", `"2nd"`)] }
      yield* ask(checkpoint(run, { ...loop, next: handBack }))
      const [again] = yield* claim()
      expect(again!.branches).toEqual([strand("f/x", `"2nd"`)])
    }))

  it("ends a run with its result, and takes signals in the same write", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, driven, lease, store } = scene
      const run = yield* driven("a")
      yield* ask(send("a"))
      const [news] = yield* store.news([lease])
      const consumed = news!.signals.map(({ seq }) => seq)
      yield* TestClock.adjust(9)
      yield* ask(checkpoint(run, { consumed, next: finish(`"the end"`) }))
      const expected = { status: "completed", result: `"the end"`, request: null, updatedAtMs: 9 }
      expect(yield* store.get("a")).toMatchObject({ ...expected, waits: [] })
      expect(yield* claim()).toEqual([])
      expect(yield* store.nextDueMs([lease])).toBeNull()
    }))

  it.each(["a claim", "a takeover", "a replacement"])(
    "is fenced after %s, and changes nothing",
    (by) => (scene) =>
      Effect.gen(function* () {
        const { ask, claim, driven, store } = scene
        const old = yield* driven("a")
        yield* ask(send("a"))
        yield* ask(checkpoint(old, { strands: [strand()], events: [done(1)], next: handBack }))
        if (by === "a claim") yield* claim()
        if (by === "a replacement") yield* ask(submit("a", { onConflict: "replace" }))
        if (by === "a takeover") {
          yield* claim()
          yield* TestClock.adjust(ttlMs)
          yield* store.leases.take(0, owner("second"), ttlMs)
        }
        const before = { run: yield* store.get("a"), history: yield* store.history("a") }
        for (const next of [handBack, park(), finish(), { _tag: "Continue" } as const]) {
          const late = {
            step: old.step + 2,
            strands: [strand("late")],
            consumed: [1],
            joined: [""]
          }
          const answer = yield* ask(checkpoint(old, { ...late, events: [done(9)], next }))
          expect(answer).toEqual({ _tag: "Fenced" })
        }
        expect({ run: yield* store.get("a"), history: yield* store.history("a") }).toEqual(before)
      })
  )

  it("is fenced when the claim has ended with an earlier step", ({ ask, parked, store }) =>
    Effect.gen(function* () {
      const run = yield* parked("a")
      const late = checkpoint(run, { step: run.step + 2, next: finish() })
      expect(yield* ask(late)).toEqual({ _tag: "Fenced" })
      expect((yield* store.get("a"))?.status).toBe("parked")
    }))

  it("is fenced for a run that is not there", ({ ask }) =>
    Effect.gen(function* () {
      const nobody = { id: "a", epoch: 1, step: 0, sent: 0 }
      expect(yield* ask(checkpoint(nobody))).toEqual({ _tag: "Fenced" })
    }))

  it.each(["Continue", "Park", "Release", "Finish"])(
    "repeated with %s after a lost answer is answered as before and changes nothing",
    (tag) => (scene) =>
      Effect.gen(function* () {
        const { ask, claim, driven } = scene
        const run = yield* driven("a")
        const follows = [{ _tag: "Continue" } as const, handBack, park({ wakeAtMs: 5 }), finish()]
        const next = follows.find(({ _tag }) => _tag === tag)!
        const write = checkpoint(run, { strands: [strand("f/x")], events: [done(1)], next })
        const answer = yield* ask(write)
        const before = yield* everything(scene, "a")
        yield* TestClock.adjust(100)
        expect(yield* ask(write)).toEqual(answer)
        expect(yield* everything(scene, "a")).toEqual(before)
        if (tag === "Continue") yield* ask(checkpoint(run, { step: run.step + 2, next: handBack }))
        if (tag === "Finish") return
        const steps = tag === "Continue" ? 2 : 1
        expect(yield* claim()).toMatchObject([
          { step: run.step + steps, branches: [strand("f/x")], trunk: null }
        ])
      })
  )

  it("repeated after a later step does not move the run back", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, driven } = scene
      const run = yield* driven("a")
      const first = checkpoint(run, { strands: [strand("", `"1"`), strand("f/x")] })
      yield* ask(first)
      const second = { step: run.step + 2, strands: [strand("", `"2"`)], joined: ["f"] }
      yield* ask(checkpoint(run, second))
      expect(yield* ask(first)).toMatchObject({ _tag: "Stored" })
      yield* ask(checkpoint(run, { step: run.step + 3, next: handBack }))
      const [again] = yield* claim()
      expect(again).toMatchObject({ trunk: strand("", `"2"`), branches: [], step: run.step + 3 })
    }))

  it("of a batch is independent of the others: one that is fenced does not touch them", (scene) =>
    Effect.gen(function* () {
      const { driven, store } = scene
      const [a, b, c] = [yield* driven("a"), yield* driven("b"), yield* driven("c")]
      const answers = yield* store.write([
        checkpoint(a, { next: finish() }),
        checkpoint({ ...b, epoch: b.epoch - 1 }, { next: finish() }),
        send("nobody"),
        submit("a"),
        checkpoint(c, { next: finish() }),
        control("b", "cancel")
      ])
      const tags = answers.map(({ _tag }) => _tag)
      expect(tags).toEqual(["Stored", "Fenced", "Unknown", "Existing", "Stored", "Accepted"])
      const runs = [yield* store.get("a"), yield* store.get("b"), yield* store.get("c")]
      expect(runs.map((run) => run?.status)).toEqual(["completed", "running", "completed"])
    }))

  it("takes values of any characters and any length", ({ ask, claim, driven }) =>
    Effect.gen(function* () {
      const run = yield* driven("a")
      const value = `"\u0000\n'\\é\u{1f600}${"x".repeat(1_000_000)}"`
      yield* ask(checkpoint(run, { strands: [strand(trunk, value)], next: handBack }))
      const [again] = yield* claim()
      expect(again!.trunk?.value === value).toBe(true)
    }))
}
