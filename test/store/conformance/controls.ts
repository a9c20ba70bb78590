import { expect } from "vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import type { Control } from "../../../src/store/Store.ts"
import { checkpoint, control, finish, type It, submit } from "./Scene.ts"

type Intent = Control["intent"]

/** Which intent is left after these, and how often the counter rose, for a run that is driven. */
const table: ReadonlyArray<
  readonly [asked: ReadonlyArray<Intent>, left: Intent | null, sent: number]
> = [
  [["cancel"], "cancel", 1],
  [["cancel", "cancel"], "cancel", 1],
  [["cancel", "pause"], "cancel", 1],
  [["cancel", "resume"], "cancel", 1],
  [["pause"], "pause", 1],
  [["pause", "pause"], "pause", 1],
  [["pause", "cancel"], "cancel", 2],
  [["pause", "resume"], null, 2],
  [["pause", "resume", "pause"], "pause", 3],
  [["resume"], null, 0],
  [["resume", "resume"], null, 0]
]

export const controls = (it: It): void => {
  for (const [asked, left, sent] of table) {
    it(`leaves ${left ?? "nothing"} of ${asked.join(", ")}`, ({ ask, driven, store }) =>
      Effect.gen(function* () {
        const run = yield* driven("a")
        for (const intent of asked) {
          expect(yield* ask(control("a", intent))).toEqual({ _tag: "Accepted" })
        }
        const request = left === null ? null : { intent: left, reason: `to ${left}`, by: "a test" }
        expect(yield* ask(checkpoint(run))).toEqual({
          _tag: "Stored",
          sent: run.sent + sent,
          request
        })
        expect((yield* store.get("a"))?.request).toEqual(request)
      }))
  }

  it("keeps the words of the first request when it is repeated", ({ ask, driven, store }) =>
    Effect.gen(function* () {
      yield* driven("a")
      yield* ask({ ...control("a", "cancel"), reason: "the first" })
      yield* ask({ ...control("a", "cancel"), reason: "the second" })
      expect((yield* store.get("a"))?.request?.reason).toBe("the first")
    }))

  it("does not claim, fence or move a run that is driven", ({ ask, claim, driven, store }) =>
    Effect.gen(function* () {
      const run = yield* driven("a")
      yield* ask(control("a", "cancel"))
      expect(yield* claim()).toEqual([])
      expect((yield* store.get("a"))?.status).toBe("running")
      expect(yield* ask(checkpoint(run))).toMatchObject({ _tag: "Stored" })
    }))

  it.each(["pause", "cancel"])(
    "wakes a parked run to %s it",
    (intent) =>
      ({ ask, claim, parked }) =>
        Effect.gen(function* () {
          yield* parked("a", { wakeAtMs: 1_000 })
          yield* ask(control("a", intent === "pause" ? "pause" : "cancel"))
          expect((yield* claim())[0]?.request?.intent).toBe(intent)
        })
  )

  it("wakes a run that has not begun to cancel it", ({ ask, claim }) =>
    Effect.gen(function* () {
      yield* ask(submit("a", { startAtMs: 1_000 }))
      yield* ask(control("a", "cancel"))
      expect((yield* claim())[0]?.request?.intent).toBe("cancel")
    }))

  it("leaves no trace of a pause that was withdrawn before the run began", (scene) =>
    Effect.gen(function* () {
      const { ask, claim } = scene
      yield* ask(submit("a", { startAtMs: 1_000 }))
      yield* ask(control("a", "pause"))
      yield* TestClock.adjust(10)
      yield* ask(control("a", "resume"))
      yield* TestClock.adjust(989)
      expect(yield* claim()).toEqual([])
      yield* TestClock.adjust(1)
      expect((yield* claim())[0]).toMatchObject({ request: null, wasPaused: false })
    }))

  it("pauses a run that has not begun when its time comes", ({ ask, claim }) =>
    Effect.gen(function* () {
      yield* ask(submit("a", { startAtMs: 1_000 }))
      yield* ask(control("a", "pause"))
      yield* TestClock.adjust(1_000)
      expect((yield* claim())[0]?.request?.intent).toBe("pause")
    }))

  it("does nothing when a paused run is paused again", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, paused, store } = scene
      yield* paused("a")
      expect(yield* ask(control("a", "pause"))).toEqual({ _tag: "Accepted" })
      expect(yield* claim()).toEqual([])
      expect((yield* store.get("a"))?.request).toBeNull()
    }))

  it("lets the last word count: a pause withdraws a resume that nobody has carried out", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, paused, store } = scene
      yield* paused("a")
      yield* ask(control("a", "resume"))
      yield* ask(control("a", "pause"))
      expect(yield* claim()).toEqual([])
      expect((yield* store.get("a"))?.status).toBe("paused")
      yield* ask(control("a", "resume"))
      expect(yield* claim()).toHaveLength(1)
    }))

  it("answers `Unknown` for a run that is not there", ({ ask }) =>
    Effect.gen(function* () {
      expect(yield* ask(control("a", "cancel"))).toEqual({ _tag: "Unknown" })
    }))

  it("answers how a run ended, except that cancelling a cancelled one is fine", (scene) =>
    Effect.gen(function* () {
      const { ask, driven, store } = scene
      for (const status of ["completed", "failed", "cancelled"] as const) {
        const run = yield* driven(status)
        yield* ask(checkpoint(run, { next: { ...finish(), _tag: "Finish", status, result: "0" } }))
        for (const intent of ["cancel", "pause", "resume"] as const) {
          const isRepeat = status === "cancelled" && intent === "cancel"
          const expected = isRepeat ? { _tag: "Accepted" } : { _tag: "Finished", status }
          expect(yield* ask(control(status, intent))).toEqual(expected)
        }
        expect((yield* store.get(status))?.request).toBeNull()
      }
    }))
}
