// The timeout of a wait: a typed outcome at its time, or what the workflow says instead. A signal that has been
// sent by then beats it.
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "@effect/vitest"
import { type, workflow } from "../../src/index.ts"
import type { Runtime } from "../../src/engine/Runtime.ts"
import { SignalTimedOut } from "../../src/task/Failure.ts"
import { opened, pass, result, settle, start, stores } from "./ways.ts"

const input = type<number>()
const word = type<string>()

const send = ({ client }: Runtime, id: string, signal: string, payload: unknown) =>
  Effect.tap(
    client.signal({ id, signal, payload, key: null, workflow: null, keep: false }),
    () => settle
  )

describe.each(stores)("the timeout of a wait on $name", ({ make }) => {
  const failing = workflow("failing", { input }, (b) =>
    b.awaitSignal("say", word, { timeout: "1h" })
  )
  const going = workflow("going", { input }, (b) =>
    b
      .step("double", (n) => n * 2)
      .awaitSignal("say", word, {
        timeout: "1h",
        onTimeout: (x) => x.step("late", (n) => `nothing for ${n}`).delay("1s")
      })
      .step("after", (said) => `${said}.`)
  )
  const passing = workflow("passing", { input }, (b) =>
    b.awaitSignal("say", word, { timeout: "1h", onTimeout: (x) => x }).step("after", (said) => said)
  )

  it.effect("fails the run with SignalTimedOut, at its time and not before", () =>
    Effect.gen(function* () {
      const runtime = yield* opened(make(), [failing])
      const started = yield* start(runtime, failing, { input: 1 })
      yield* pass(3_599_999)
      expect(yield* runtime.client.get(started.id)).toMatchObject({
        status: "parked",
        waits: [{ _tag: "Signal", signal: "say", timeoutAtMs: 3_600_000 }]
      })
      yield* pass(1)
      const error = yield* Effect.flip(result(runtime, failing, started))
      expect(error).toBeInstanceOf(SignalTimedOut)
      expect(error).toMatchObject({
        runId: started.id,
        node: "say",
        signal: "say",
        timeoutMs: 3_600_000
      })
    })
  )

  it.effect("runs what the workflow says instead, on the value before the wait, and goes on", () =>
    Effect.gen(function* () {
      const runtime = yield* opened(make(), [going])
      const started = yield* start(runtime, going, { input: 4 })
      yield* pass(3_600_000)
      expect(yield* runtime.client.get(started.id)).toMatchObject({
        status: "parked",
        waits: [{ _tag: "Timer", node: "say/timeout/late+delay" }]
      })
      yield* pass(1_000)
      expect(yield* result(runtime, going, started)).toBe("nothing for 8.")
    })
  )

  it.effect("may do nothing: the value before the wait goes on", () =>
    Effect.gen(function* () {
      const runtime = yield* opened(make(), [passing])
      const started = yield* start(runtime, passing, { input: 4 })
      yield* pass(3_600_000)
      expect(yield* result(runtime, passing, started)).toBe(4)
    })
  )

  it.effect("does not touch a run whose signal came in time", () =>
    Effect.gen(function* () {
      const runtime = yield* opened(make(), [going])
      const started = yield* start(runtime, going, { input: 4 })
      yield* pass(3_599_999)
      yield* send(runtime, started.id, "say", "here")
      yield* pass(10_000)
      expect(yield* result(runtime, going, started)).toBe("here.")
    })
  )

  it.effect(
    "that runs out while no engine is open is beaten by a signal that is buffered already",
    () =>
      Effect.gen(function* () {
        const source = make()
        const open = opened(source, [going])
        const started = yield* Effect.scoped(
          Effect.flatMap(open, (runtime) => start(runtime, going, { input: 4 }))
        )
        // Stored by a process that does not work, and seen by nobody before the time is up.
        const store = yield* source.open
        const sent = {
          _tag: "Send",
          id: started.id,
          name: "say",
          key: null,
          payload: `"kept"`,
          keep: false
        } as const
        expect(yield* store.write([sent])).toEqual([{ _tag: "Sent", isRepeat: false }])
        yield* pass(7_200_000)
        const runtime = yield* open
        yield* pass(0)
        expect(yield* result(runtime, going, started)).toBe("kept.")
      })
  )

  it.effect("that runs out while no engine is open ends the wait when one opens", () =>
    Effect.gen(function* () {
      const source = make()
      const open = opened(source, [failing])
      const started = yield* Effect.scoped(
        Effect.flatMap(open, (runtime) => start(runtime, failing, { input: 4 }))
      )
      yield* pass(7_200_000)
      const runtime = yield* open
      yield* pass(0)
      expect(yield* Effect.flip(result(runtime, failing, started))).toBeInstanceOf(SignalTimedOut)
    })
  )

  it.effect(
    "is beaten by a signal that another process stored just before, also while a sibling works",
    () =>
      Effect.gen(function* () {
        const source = make()
        const busy = workflow("busy", { input }, (b) =>
          b
            .fork({
              works: (x) => x.step("work", (n) => Effect.delay(Effect.succeed(n), "2 hours")),
              waits: (x) => x.awaitSignal("say", word, { timeout: "1h" })
            })
            .join()
        )
        const runtime = yield* opened(source, [busy])
        const started = yield* start(runtime, busy, { input: 4 })
        yield* pass(3_599_999)
        const store = yield* source.open
        const sent = {
          _tag: "Send",
          id: started.id,
          name: "say",
          key: null,
          payload: `"kept"`,
          keep: false
        } as const
        yield* store.write([sent])
        yield* TestClock.adjust(1)
        yield* pass(3_600_000)
        expect(yield* result(runtime, busy, started)).toEqual({ works: 4, waits: "kept" })
      })
  )

  it.effect("of zero is a look: what is buffered, or the timeout", () =>
    Effect.gen(function* () {
      const looking = workflow("looking", { input }, (b) =>
        b
          .delay("1s")
          .awaitSignal("say", word, { timeout: 0, onTimeout: (x) => x.step("none", () => "none") })
      )
      const runtime = yield* opened(make(), [looking])
      const without = yield* start(runtime, looking, { input: 4 })
      const having = yield* start(runtime, looking, { input: 4 })
      yield* send(runtime, having.id, "say", "here")
      yield* pass(1_000)
      expect(yield* result(runtime, looking, without)).toBe("none")
      expect(yield* result(runtime, looking, having)).toBe("here")
    })
  )
})
