import { expect } from "vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { checkpoint, finish, ids, type It, query, send, strand, submit } from "./Scene.ts"

export const reads = (it: It): void => {
  it("finds a definition by its hash, with the newest policy", ({ ask, store }) =>
    Effect.gen(function* () {
      expect(yield* store.definition("unknown")).toBeNull()
      expect(yield* store.definition("hash")).toBe("{}")
      yield* ask(submit("a"))
      yield* store.define([
        { hash: "hash", workflow: "order", json: `{"retry":1}` },
        { hash: "other", workflow: "order", json: "{}" }
      ])
      expect(yield* store.definition("hash")).toBe(`{"retry":1}`)
      expect(yield* store.definition("other")).toBe("{}")
      expect((yield* store.get("a"))?.definition).toBe("hash")
    }))

  it("finds nothing of a run that is not there", ({ store }) =>
    Effect.gen(function* () {
      expect(yield* store.get("a")).toBeNull()
      expect(yield* store.history("a")).toEqual([])
    }))

  it("lists runs in the bytewise order of their ids, page by page", ({ ask, store }) =>
    Effect.gen(function* () {
      // In UTF-16, the order of JavaScript, the last two change places.
      const ordered = ["", "A", "Z", "a", "a b", "a/b", "aa", "é", "\uffe5", "\u{1f600}"].slice(1)
      for (const id of ordered.toReversed()) yield* ask(submit(id))
      expect(ids(yield* store.list(query()))).toEqual(ordered)
      const pages: Array<string> = []
      for (let after: string | null = null; ; after = pages.at(-1) ?? null) {
        const page = ids(yield* store.list(query({ after, limit: 2 })))
        if (page.length === 0) break
        expect(page.length).toBeLessThanOrEqual(2)
        pages.push(...page)
      }
      expect(pages).toEqual(ordered)
    }))

  it("lists by workflow, status and tag, and by all of them", ({ ask, driven, store }) =>
    Effect.gen(function* () {
      yield* store.define([{ hash: "2", workflow: "refund", json: "{}" }])
      yield* driven("driven")
      yield* ask(submit("a", { tags: ["red", "big"] }))
      yield* ask(submit("b", { tags: ["red"], workflow: "refund", definition: "2" }))
      yield* ask(submit("c", { tags: [`re"d`, "RED", "re"] }))
      const found = (options: Parameters<typeof query>[0]) =>
        Effect.map(store.list(query(options)), ids)
      expect(yield* found({ workflow: "refund" })).toEqual(["b"])
      expect(yield* found({ status: "running" })).toEqual(["driven"])
      expect(yield* found({ status: "queued" })).toEqual(["a", "b", "c"])
      expect(yield* found({ tag: "red" })).toEqual(["a", "b"])
      expect(yield* found({ tag: `re"d` })).toEqual(["c"])
      expect(yield* found({ tag: "red", workflow: "order", status: "queued" })).toEqual(["a"])
      expect(yield* found({ tag: "none" })).toEqual([])
    }))

  it("tells the history in the order in which it happened", ({ ask, driven, store }) =>
    Effect.gen(function* () {
      const run = yield* driven("a")
      const event = (atMs: number) => ({ _tag: "RunResumed", atMs }) as const
      for (let step = 1; step <= 12; step++) {
        const events = step % 3 === 0 ? [] : [event(step * 10), event(step * 10 + 1)]
        yield* ask(checkpoint(run, { step: run.step + step, events }))
      }
      const times = (yield* store.history("a")).map(({ atMs }) => atMs)
      expect(times).toHaveLength(16)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    }))

  it("purges runs that ended before a time, with all that belongs to them", (scene) =>
    Effect.gen(function* () {
      const { ask, claim, driven, store } = scene
      const early = yield* driven("early")
      const late = yield* driven("late")
      yield* driven("going on")
      yield* ask(send("early", { key: "k" }))
      const events = [{ _tag: "RunResumed", atMs: 1 } as const]
      yield* ask(checkpoint(early, { events, strands: [strand("f/x")], next: finish() }))
      yield* TestClock.adjust(100)
      yield* ask(checkpoint(late, { next: finish() }))
      // What has just ended stays, whatever is asked.
      expect(yield* store.purge(1_000, 10)).toBe(0)
      yield* TestClock.adjust(2_000)
      expect(yield* store.purge(0, 10)).toBe(0)
      expect(yield* store.purge(100, 10)).toBe(1)
      expect(ids(yield* store.list(query()))).toEqual(["going on", "late"])
      expect(yield* store.history("early")).toEqual([])
      yield* ask(submit("early", { tags: ["new"] }))
      const [run] = yield* claim()
      expect(run).toMatchObject({ id: "early", generation: 1, branches: [], signals: [], step: 0 })
      expect(yield* ask(send("early", { key: "k" }))).toEqual({ _tag: "Sent", isRepeat: false })
    }))

  it("purges at most so many at a time", ({ ask, driven, store }) =>
    Effect.gen(function* () {
      for (const id of ["a", "b", "c"]) {
        const run = yield* driven(id)
        yield* ask(checkpoint(run, { next: finish() }))
      }
      yield* TestClock.adjust(2_000)
      const rounds = [yield* store.purge(1, 2), yield* store.purge(1, 2), yield* store.purge(1, 2)]
      expect(rounds).toEqual([2, 1, 0])
    }))
}
