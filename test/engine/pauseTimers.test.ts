// What falls due while a run is paused is kept, and what is left of its timers goes on when it is resumed.
import * as Effect from "effect/Effect"
import { describe, expect, it } from "@effect/vitest"
import { task, type, workflow } from "../../src/index.ts"
import type { Runtime } from "../../src/engine/Runtime.ts"
import { opened, pass, settle, start, stores } from "./ways.ts"

const input = type<number>()

const ask = (runtime: Runtime, id: string, intent: "pause" | "resume") =>
  Effect.andThen(runtime.client.control({ id, intent, reason: "", by: "" }), settle)

describe.each(stores)("timers of a paused run on $name", ({ make }) => {
  const note = (log: Array<string>) =>
    task("note", (n: number, { node }) => {
      log.push(node)
      return n
    })

  it.effect("fall due meanwhile and are kept: delays, retries and timeouts", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const forking = workflow("forking", { input }, (b) =>
        b
          .fork({
            delay: (x) => x.delay("1m").then(note(log)),
            retry: (x) =>
              x.step(
                "try",
                (n, { attempt }) => {
                  log.push(`attempt ${attempt}`)
                  if (attempt === 1) throw new Error("again")
                  return n
                },
                { retry: { maxRetries: 1, initialDelay: "1m" } }
              ),
            wait: (x) =>
              x.awaitSignal("say", input, {
                timeout: "1m",
                onTimeout: (y) => y.step("late", () => log.push("late"))
              }),
            long: (x) => x.delay("1h")
          })
          .join()
      )
      const runtime = yield* opened(make(), [forking])
      const { id } = yield* start(runtime, forking, { input: 1 })
      yield* ask(runtime, id, "pause")
      expect(yield* runtime.client.get(id)).toMatchObject({ status: "paused" })
      yield* pass(120_000)
      expect(yield* runtime.client.get(id)).toMatchObject({ status: "paused" })
      expect(log).toEqual(["attempt 1"])
      yield* ask(runtime, id, "resume")
      expect(log.toSorted()).toEqual(["attempt 1", "attempt 2", "late", "start+fork/delay/note"])
      expect(yield* runtime.client.get(id)).toMatchObject({
        status: "parked",
        waits: [{ _tag: "Timer", atMs: 3_600_000 }]
      })
    })
  )

  it.effect("end at their time when the pause is withdrawn while a sibling's task runs", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const sleeping = (ms: number) => (n: number) => Effect.delay(Effect.succeed(n), ms)
      const forking = workflow("forking", { input }, (b) =>
        b
          .fork({
            long: (x) => x.step("work", sleeping(3_600_000)),
            short: (x) => x.step("work", sleeping(1_000)),
            delay: (x) => x.delay("1m").then(note(log))
          })
          .join()
      )
      const runtime = yield* opened(make(), [forking])
      const { id } = yield* start(runtime, forking, { input: 1 })
      yield* ask(runtime, id, "pause")
      yield* pass(1_000)
      yield* ask(runtime, id, "resume")
      yield* pass(59_000)
      expect(log).toEqual(["start+fork/delay/note"])
      yield* pass(3_600_000)
      expect(yield* runtime.client.get(id)).toMatchObject({ status: "completed" })
    })
  )

  it.effect("that fall due while a task runs on begin nothing until the run is resumed", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const forking = workflow("forking", { input }, (b) =>
        b
          .fork({
            long: (x) => x.step("work", (n) => Effect.delay(Effect.succeed(n), "1 hour")),
            delay: (x) => x.delay("1m").then(note(log))
          })
          .join()
      )
      const runtime = yield* opened(make(), [forking])
      const { id } = yield* start(runtime, forking, { input: 1 })
      yield* ask(runtime, id, "pause")
      yield* pass(120_000)
      expect(log).toEqual([])
      yield* ask(runtime, id, "resume")
      expect(log).toEqual(["start+fork/delay/note"])
      yield* pass(3_600_000)
      expect(yield* runtime.client.get(id)).toMatchObject({ status: "completed" })
    })
  )
})
