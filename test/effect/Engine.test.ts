// The engine as a service: what it is asked are Effects whose failures have types.
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as z from "zod"
import { Engine } from "../../src/effect/index.ts"
import { RunCancelled, StoreUnavailable, sqlite, type, workflow } from "../../src/index.ts"
import { stores } from "../engine/ways.ts"
import { charge, fulfil, mail, mailer, order, services, stripe } from "./shop.ts"

const number = type<number>()
const lamp = { id: "lamp", cents: 1200 }

const approve = workflow("approve", { input: number }, (b) =>
  b.awaitSignal("answer", z.object({ by: z.string() })).step("sign", ({ by }) => `signed by ${by}`)
)

describe.each(stores)("the engine on $name", ({ make }) => {
  it.live("starts runs, and gives their outputs", () => {
    const layer = Engine.layer({ store: make(), workflows: [fulfil] })
    return Effect.gen(function* () {
      const engine = yield* Engine
      const handle = yield* engine.start(fulfil, lamp, { id: "r1" })
      expect(yield* handle.result).toEqual({ mailed: 2, receipt: "lamp:1200" })
      expect(yield* handle.result).toEqual({ mailed: 2, receipt: "lamp:1200" })
      const same = yield* engine.handle(fulfil, "r1")
      expect(yield* same.status).toMatchObject({ status: "completed" })
      expect((yield* same.history).length).toBeGreaterThan(0)
    }).pipe(Effect.provide(layer), Effect.provide(services()))
  })

  it.live(
    "fails with the error of a task, with its fields, so that it is caught by its tag",
    () => {
      const declining = workflow("declining", { input: order }, (b) =>
        b.then(charge).step("after", (receipt) => receipt)
      )
      const layer = Engine.layer({ store: make(), workflows: [declining] })
      return Effect.gen(function* () {
        const engine = yield* Engine
        const handle = yield* engine.start(declining, { id: "gift", cents: 0 })
        const declined = handle.result.pipe(
          Effect.catchTag("Declined", (error) => Effect.succeed(`not ${error.order}`))
        )
        expect(yield* declined).toBe("not gift")
        expect(yield* handle.status).toMatchObject({ status: "failed", node: "charge" })
      }).pipe(Effect.provide(layer), Effect.provide(services()))
    }
  )

  it.live(
    "dies of an error that nobody has declared, and fails with one whose class is declared",
    () => {
      class Refused extends Error {}
      const broken = workflow("broken", { input: number }, (b) =>
        b.step("read", (): number => {
          throw new TypeError("no such property")
        })
      )
      const refusing = workflow("refusing", { input: number }, (b) =>
        b.step(
          "refuse",
          (): number => {
            throw new Refused("not today")
          },
          { errors: [Refused] }
        )
      )
      const layer = Engine.layer({ store: make(), workflows: [broken, refusing] })
      return Effect.gen(function* () {
        const engine = yield* Engine
        const dying = yield* engine.start(broken, 1)
        const exit = yield* Effect.exit(dying.result)
        expect(Exit.isFailure(exit) && Cause.hasDies(exit.cause)).toBe(true)
        const failing = yield* engine.start(refusing, 1)
        expect(yield* Effect.flip(failing.result)).toBeInstanceOf(Refused)
      }).pipe(Effect.provide(layer))
    }
  )

  it.live("refuses with tagged errors what it cannot do", () => {
    const layer = Engine.layer({ store: make(), workflows: [approve] })
    return Effect.gen(function* () {
      const engine = yield* Engine
      const tag = <E extends { readonly _tag: string }>(effect: Effect.Effect<unknown, E>) =>
        Effect.map(Effect.flip(effect), (error) => error._tag)
      const { signal } = yield* engine.start(approve, 1, { id: "a" })
      expect(yield* tag(engine.start(approve, 1, { id: "a" }))).toBe("RunAlreadyExists")
      expect(yield* tag(engine.start(approve, 1, { id: "" }))).toBe("InvalidRunId")
      expect(yield* tag(engine.get("b"))).toBe("RunNotFound")
      expect(yield* tag(engine.history("b"))).toBe("RunNotFound")
      expect(yield* tag(engine.signal("a", "nothing", 1))).toBe("UnknownSignal")
      expect(yield* tag(engine.signal("a", "answer", { by: 1 }))).toBe("InvalidPayload")
      expect(yield* tag(engine.start(fulfilNothing, 1))).toBe("WorkflowNotRegistered")
      expect(yield* tag(engine.handle(fulfilNothing, "a"))).toBe("RunOfOtherWorkflow")
      yield* signal("answer", { by: "Ann" })
      const ended = yield* engine.handle(approve, "a")
      expect(yield* ended.result).toBe("signed by Ann")
      expect(yield* tag(ended.cancel())).toBe("RunFinished")
    }).pipe(Effect.provide(layer))
  })

  it.live("signals, pauses, resumes and cancels", () => {
    const layer = Engine.layer({ store: make(), workflows: [approve] })
    return Effect.gen(function* () {
      const engine = yield* Engine
      const one = yield* engine.start(approve, 1, { id: "one" })
      yield* one.pause({ reason: "lunch", by: "Bob" })
      yield* Effect.repeat(engine.get("one"), { until: ({ status }) => status === "paused" })
      yield* engine.signal("one", "answer", { by: "Ann" })
      yield* engine.resume("one")
      expect(yield* one.result).toBe("signed by Ann")
      const two = yield* engine.start(approve, 2, { id: "two" })
      yield* engine.cancel("two", { reason: "late", by: "Bob" })
      const cancelled = yield* Effect.flip(two.result)
      expect(cancelled).toBeInstanceOf(RunCancelled)
      expect(cancelled).toMatchObject({ reason: "late", by: "Bob" })
      const payload = { by: "Cy" }
      const options = { id: "three", signal: "answer", payload } as const
      const three = yield* engine.signalWithStart(approve, 3, options)
      expect(yield* three.result).toBe("signed by Cy")
    }).pipe(Effect.provide(layer))
  })

  it.live("lists runs as a stream, over its pages", () => {
    const layer = Engine.layer({ store: make(), workflows: [approve] })
    return Effect.gen(function* () {
      const engine = yield* Engine
      const ids = Array.from({ length: 401 }, (_, n) => `run-${String(n).padStart(3, "0")}`)
      yield* Effect.forEach(ids, (id) => engine.start(approve, 1, { id, tags: ["many"] }), {
        concurrency: "unbounded"
      })
      const listed = yield* Stream.runCollect(engine.list({ tag: "many" }))
      expect(listed.map(({ id }) => id)).toEqual(ids)
      const some = engine.list({ workflow: "approve" }).pipe(Stream.take(3))
      expect(yield* Stream.runCount(some)).toBe(3)
      expect(yield* Stream.runCollect(engine.list({ status: "failed" }))).toEqual([])
    }).pipe(Effect.provide(layer))
  })

  it.live("gives what a run publishes, as it comes", () => {
    const publishing = workflow("publishing", { input: number }, (b) =>
      b
        .publish((n) => ({ at: n }))
        .awaitSignal("go", number)
        .publish((n) => ({ at: n }))
        .step("end", (n) => n)
    )
    const layer = Engine.layer({ store: make(), workflows: [publishing] })
    return Effect.gen(function* () {
      const engine = yield* Engine
      const handle = yield* engine.start(publishing, 1)
      const seen = yield* handle.watch({ pollMs: 1 }).pipe(
        Stream.tap(({ at }) => (at === 1 ? handle.signal("go", 2) : Effect.void)),
        Stream.runCollect
      )
      expect(seen).toEqual([{ at: 1 }, { at: 2 }])
      expect(yield* handle.progress).toEqual({ at: 2 })
    }).pipe(Effect.provide(layer))
  })

  it.live("lets whoever waits for a result be interrupted; the run goes on", () => {
    const layer = Engine.layer({ store: make(), workflows: [approve] })
    return Effect.gen(function* () {
      const engine = yield* Engine
      const handle = yield* engine.start(approve, 1)
      const waiting = yield* Effect.forkChild(handle.result, { startImmediately: true })
      yield* Fiber.interrupt(waiting)
      yield* handle.signal("answer", { by: "Ann" })
      expect(yield* handle.result).toBe("signed by Ann")
    }).pipe(Effect.provide(layer))
  })

  it.live("starts without services where it does not work, for one that has them", () => {
    const store = make()
    const working = Engine.layer({ store, workflows: [fulfil] })
    const asking = Engine.layer({ store, workflows: [fulfil], work: false })
    return Effect.gen(function* () {
      const { id } = yield* Effect.gen(function* () {
        const engine = yield* Engine
        return yield* engine.start(fulfil, lamp)
      }).pipe(Effect.provide(asking))
      const output = Effect.gen(function* () {
        const engine = yield* Engine
        const handle = yield* engine.handle(fulfil, id)
        return yield* handle.result
      }).pipe(Effect.provide(working), Effect.provide(stripe()), Effect.provide(mailer()))
      expect(yield* output).toMatchObject({ receipt: "lamp:1200" })
    })
  })
})

/** A workflow that no engine here knows. */
const fulfilNothing = workflow("nothing", { input: number }, (b) => b.step("n", (n) => n))

describe("the layer of an engine", () => {
  it.live("drives what a registry loads, which may require services too", () => {
    const registry = {
      tasks: { charge: async () => charge, mail: async () => mail },
      workflows: { fulfil: async () => fulfil }
    }
    const layer = Engine.layer({ store: "memory:", registry })
    return Effect.gen(function* () {
      const engine = yield* Engine
      const handle = yield* engine.start(fulfil, lamp)
      expect(yield* handle.result).toMatchObject({ receipt: "lamp:1200" })
    }).pipe(Effect.provide(layer), Effect.provide(services()))
  })

  it.live("fails with the error of a store that cannot be opened", () =>
    Effect.gen(function* () {
      const layer = Engine.layer({ store: sqlite("/nowhere/at/all.db"), workflows: [approve] })
      const error = yield* Effect.flip(Effect.provide(Engine, layer))
      expect(error).toBeInstanceOf(StoreUnavailable)
    })
  )

  it.live("dies of an option that it cannot use", () =>
    Effect.gen(function* () {
      // What a program without types does.
      const options = { store: "memory:", workers: 3 } as { readonly store: string }
      const exit = yield* Effect.exit(Effect.provide(Engine, Engine.layer(options)))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toMatchObject({
        _tag: "InvalidArgument",
        argument: "workers"
      })
    })
  )
})
