// The engine lives as long as the scope of its layer, and its tasks run in the context of that layer.
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Engine } from "../../src/effect/index.ts"
import { EngineClosed, RunCancelled, task, type, workflow } from "../../src/index.ts"
import { stores } from "../engine/ways.ts"
import { mail, Mailer } from "./shop.ts"

const number = type<number>()

/** Two steps; the first says that it has begun, and ends when it is let go. */
const gated = () => {
  const begun = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const calls: Array<string> = []
  const steps = workflow("gated", { input: number }, (b) =>
    b
      .step("one", (n) =>
        Effect.promise(async () => {
          calls.push("one")
          begun.resolve()
          await gate.promise
          return n + 1
        })
      )
      .step("two", (n) => {
        calls.push("two")
        return n + 1
      })
  )
  return { steps, calls, begun: Effect.promise(() => begun.promise), letGo: () => gate.resolve() }
}

describe.each(stores)("the scope of an engine on $name", ({ make }) => {
  it.live("lets a task that runs end when it closes; the next engine does the rest", () =>
    Effect.gen(function* () {
      const store = make()
      const { begun, calls, letGo, steps } = gated()
      const layer = () => Engine.layer({ store, workflows: [steps] })
      const scope = yield* Scope.make()
      const first = Context.get(yield* Layer.buildWithScope(layer(), scope), Engine)
      const { id, result } = yield* first.start(steps, 1)
      const waiting = yield* Effect.forkChild(Effect.flip(result), { startImmediately: true })
      yield* begun
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), {
        startImmediately: true
      })
      letGo()
      yield* Fiber.join(closing)
      expect(yield* Fiber.join(waiting)).toBeInstanceOf(EngineClosed)
      expect(yield* Effect.flip(first.get(id))).toMatchObject({ doing: "read a run" })
      const output = Effect.gen(function* () {
        const second = yield* Engine
        const handle = yield* second.handle(steps, id)
        return yield* handle.result
      }).pipe(Effect.provide(layer()))
      expect(yield* output).toBe(3)
      expect(calls).toEqual(["one", "two"])
    })
  )

  it.live(
    "closes it when the fiber that uses it is interrupted: what takes too long is handed back",
    () =>
      Effect.gen(function* () {
        const store = make()
        const log: Array<string> = []
        let attempts = 0
        const slow = task("slow", (n: number) =>
          Effect.suspend(() => {
            attempts += 1
            if (attempts > 1) return Effect.succeed(n + 1)
            log.push("begun")
            return (Effect.never as Effect.Effect<number>).pipe(
              Effect.onInterrupt(() =>
                Effect.andThen(
                  Effect.sleep(1),
                  Effect.sync(() => log.push("cleaned up"))
                )
              )
            )
          })
        )
        const w = workflow("slow", { input: number }, (b) => b.then(slow))
        const started = Promise.withResolvers<string>()
        const program = Effect.gen(function* () {
          const engine = yield* Engine
          const { id, result } = yield* engine.start(w, 1)
          started.resolve(id)
          return yield* result
        }).pipe(Effect.provide(Engine.layer({ store, workflows: [w], graceMs: 1 })))
        const fiber = yield* Effect.forkChild(program)
        const id = yield* Effect.promise(() => started.promise)
        yield* Effect.repeat(
          Effect.sync(() => log.length),
          { until: (lines) => lines > 0 }
        )
        yield* Fiber.interrupt(fiber)
        expect(log).toEqual(["begun", "cleaned up"])
        const output = Effect.gen(function* () {
          const engine = yield* Engine
          const handle = yield* engine.handle(w, id)
          return yield* handle.result
        }).pipe(Effect.provide(Engine.layer({ store, workflows: [w] })))
        expect(yield* output).toBe(2)
      })
  )

  it.live("closes it before the services that its tasks use", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const letter = Layer.effect(
        Mailer,
        Effect.acquireRelease(
          Effect.succeed({
            send: (text: string) =>
              Effect.sleep(5).pipe(Effect.andThen(Effect.sync(() => log.push(`mail ${text}`))))
          }),
          () => Effect.sync(() => log.push("mailer closed"))
        )
      )
      const w = workflow("letter", { input: type<string>() }, (b) => b.then(mail))
      const layer = Engine.layer({ store: make(), workflows: [w] }).pipe(Layer.provide(letter))
      const start = Effect.gen(function* () {
        const engine = yield* Engine
        yield* engine.start(w, "hello")
      })
      yield* Effect.provide(start, layer)
      expect(log).toEqual(["mail hello", "mailer closed"])
    })
  )
})

describe.each(stores)("a task on $name", ({ make }) => {
  class Tenant extends Context.Reference<string>("Tenant", { defaultValue: () => "nobody" }) {}

  it.live("has the references and the span of the layer", () => {
    const seen = workflow("seen", { input: number }, (b) =>
      b.step("look", () =>
        Effect.gen(function* () {
          return { tenant: yield* Tenant, span: (yield* Effect.currentSpan).name }
        })
      )
    )
    const layer = Engine.layer({ store: make(), workflows: [seen] })
    return Effect.gen(function* () {
      const engine = yield* Engine
      const handle = yield* engine.start(seen, 1)
      expect(yield* handle.result).toEqual({ tenant: "acme", span: "app" })
    }).pipe(Effect.provide(layer), Effect.withSpan("app"), Effect.provideService(Tenant, "acme"))
  })

  it.live(
    "is interrupted by a cancel, and its finalizers use its services before the run ends",
    () => {
      const log: Array<string> = []
      const begun = Promise.withResolvers<void>()
      const held = task("held", (_: number) =>
        Effect.acquireUseRelease(
          Mailer,
          () =>
            Effect.andThen(
              Effect.sync(() => begun.resolve()),
              Effect.never as Effect.Effect<number>
            ),
          (mailer) => mailer.send("released")
        )
      )
      const w = workflow("held", { input: number }, (b) => b.then(held))
      const layer = Engine.layer({ store: make(), workflows: [w] })
      return Effect.gen(function* () {
        const engine = yield* Engine
        const handle = yield* engine.start(w, 1)
        yield* Effect.promise(() => begun.promise)
        yield* handle.cancel()
        expect(yield* Effect.flip(handle.result)).toBeInstanceOf(RunCancelled)
        expect(log).toEqual(["released"])
      }).pipe(
        Effect.provide(layer),
        Effect.provideService(Mailer, { send: (text) => Effect.sync(() => log.push(text)) })
      )
    }
  )
})
