// The memory store is the model: the contract in its plainest form. SQLite has to tell the same story.
import { isDeepStrictEqual } from "node:util"
import { describe, expect, it } from "vitest"
import * as fc from "fast-check"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as MemoryStore from "../../src/store/memory/MemoryStore.ts"
import * as SqliteStore from "../../src/store/sqlite/SqliteStore.ts"
import { acts, type Act, observe, pass, world } from "./Interleaving.ts"

/** Asks for the difference only when there is one: that is what takes time. */
const agree = (found: unknown, expected: unknown): void => {
  if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected)
}

const compare = (story: ReadonlyArray<Act | number>) =>
  Effect.gen(function* () {
    const model = yield* world(MemoryStore.make())
    const real = yield* world(yield* SqliteStore.make({ path: ":memory:" }))
    for (const act of story) {
      yield* pass(act)
      if (typeof act === "number") continue
      agree(yield* act(real), yield* act(model))
      agree(yield* observe(real), yield* observe(model))
    }
  }).pipe(Effect.scoped, Effect.provide(TestClock.layer()))

describe("memory and SQLite", () => {
  it("answer alike and show the same, whatever is done to them in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(acts, (story) => Effect.runPromise(compare(story))),
      { numRuns: 300 }
    )
  })
})
