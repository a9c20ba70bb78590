// A workflow in process as an Effect: its tasks run in the caller's fiber, with all that this brings.
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { run } from "../../src/effect/index.ts"
import { InvalidInput, task, type, workflow } from "../../src/index.ts"
import { settle } from "../engine/ways.ts"
import * as z from "zod"
import { Declined, fulfil, type Order, services } from "./shop.ts"

const lamp: Order = { id: "lamp", cents: 1200 }
const number = type<number>()

describe("run", () => {
  it.effect("gives tasks the services that are provided to it", () => {
    const log: Array<string> = []
    return Effect.gen(function* () {
      expect(yield* run(fulfil, lamp)).toEqual({ mailed: 2, receipt: "lamp:1200" })
      expect(log).toEqual(["charge lamp", "mail lamp:1200"])
    }).pipe(Effect.provide(services(log)))
  })

  it.effect("fails with what a task fails with, so that it is caught by its tag", () =>
    Effect.gen(function* () {
      const outcome = run(fulfil, { id: "gift", cents: 0 }).pipe(
        Effect.catchTag("Declined", (error) => Effect.succeed(error))
      )
      const error = yield* outcome
      expect(error).toBeInstanceOf(Declined)
      expect(error).toMatchObject({ order: "gift" })
    }).pipe(Effect.provide(services()))
  )

  it.effect("dies of an error that nobody has declared", () =>
    Effect.gen(function* () {
      const broken = workflow("broken", { input: number }, (b) =>
        b.step("read", (n): number => {
          throw new TypeError(`no property of ${n}`)
        })
      )
      const exit = yield* Effect.exit(run(broken, 1))
      expect(Exit.isFailure(exit) && Cause.hasDies(exit.cause)).toBe(true)
    })
  )

  it.effect("fails with an error whose class the task declares, tag or no tag", () =>
    Effect.gen(function* () {
      class Refused extends Error {}
      const refusing = task("refuse", { errors: [Refused] }, (n: number): number => {
        throw new Refused(`not ${n}`)
      })
      const w = workflow("refusing", { input: number }, (b) => b.then(refusing))
      expect(yield* Effect.flip(run(w, 1))).toBeInstanceOf(Refused)
    })
  )

  it.effect("refuses an input before anything is called", () =>
    Effect.gen(function* () {
      const strict = workflow("strict", { input: z.object({ n: z.number() }) }, (b) =>
        b.step("n", ({ n }) => n)
      )
      // What comes from outside may be anything.
      const input = JSON.parse('{"n":"one"}') as { readonly n: number }
      expect(yield* Effect.flip(run(strict, input))).toBeInstanceOf(InvalidInput)
    })
  )

  it.effect("interrupts what runs, and waits for its finalizers", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const held = task("held", (_: number) =>
        Effect.acquireUseRelease(
          Effect.sync(() => log.push("acquired")),
          () => Effect.never as Effect.Effect<number>,
          () =>
            Effect.andThen(
              Effect.yieldNow,
              Effect.sync(() => log.push("released"))
            )
        )
      )
      const w = workflow("holding", { input: number }, (b) =>
        b.fork({ one: held, two: held.as("second") }).join()
      )
      const fiber = yield* Effect.forkChild(run(w, 1))
      yield* settle
      yield* Fiber.interrupt(fiber)
      expect(log).toEqual(["acquired", "acquired", "released", "released"])
    })
  )

  it.effect("runs tasks under the caller's span", () =>
    Effect.gen(function* () {
      const name = task("name", (_: number) => Effect.map(Effect.currentSpan, (span) => span.name))
      const w = workflow("spans", { input: number }, (b) => b.then(name))
      const found = run(w, 1).pipe(Effect.withSpan("caller"))
      expect(yield* found).toBe("caller")
    })
  )
})
