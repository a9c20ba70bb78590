// The limit in process: the same steps as an Effect program written by hand, with retry and timeout on each.
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { increment, type System } from "../System.ts"

const backoff = Schedule.exponential("10 millis")

const step = (value: number) =>
  Effect.sync(() => increment(value)).pipe(
    Effect.timeout("10 seconds"),
    Effect.retry({ schedule: backoff, times: 3 })
  )

export const effectProgram = (): System => ({
  linear: async (steps) => () =>
    Effect.runPromise(
      Effect.gen(function* () {
        let value = 0
        for (let index = 0; index < steps; index++) value = yield* step(value)
        return value
      })
    ),
  fork: async (branches) => () =>
    Effect.runPromise(
      Effect.all(
        Array.from({ length: branches }, () => step(0)),
        { concurrency: "unbounded" }
      )
    ),
  close: async () => {}
})
