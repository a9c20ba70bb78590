// An engine's parts put together: the store, the one writer, and the worker where this process works.
// Opened as a whole, and closed in the order in which nothing is lost.
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { hostname } from "node:os"
import { CheckpointWriter } from "../store/CheckpointWriter.ts"
import { byLease, type Ownership } from "../store/Ownership.ts"
import type { Claimed } from "../store/Store.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { StoreSource } from "../store/StoreSource.ts"
import type { Registry } from "../task/Registry.ts"
import { Client } from "./Client.ts"
import { Definitions } from "./Definitions.ts"
import { Worker } from "./Worker.ts"

export interface RuntimeOptions {
  readonly source: StoreSource
  readonly registry: Registry
  readonly work: boolean
  readonly runsMax: number
  readonly leaseMs: number
  readonly pollMs: number
}

export interface Runtime {
  readonly client: Client
  readonly definitions: Definitions
  /** Runs an Effect in the engine's context, as a promise. */
  readonly promise: <A>(effect: Effect.Effect<A, unknown>) => Promise<A>
  /** Lets what runs end or park for `graceMs`, hands the rest back, and closes the store. Once. */
  readonly close: (graceMs: number) => Promise<void>
}

/** How long a standby looks for a lease that has ended, and a close waits for what it cannot hurry. */
const standbyMs = 250
const closeMaxMs = 5_000

/** How often whoever waits for runs that are driven elsewhere has them looked up, whatever the hints say. */
const lookMs = 5_000

export const open = Effect.fnUntraced(function* (
  options: RuntimeOptions
): Effect.fn.Return<Runtime, StoreError> {
  const context = yield* Effect.context<never>()
  const clock = yield* Effect.clockWith(Effect.succeed)
  const scope = yield* Scope.make()
  const store = yield* Scope.provide(options.source.open, scope).pipe(
    Effect.onError(() => Scope.close(scope, Exit.void))
  )
  const writer = new CheckpointWriter(store, context)
  const definitions = new Definitions(store, options.registry)
  const { pollMs, runsMax } = options
  const fork = Effect.runForkWith(context)
  const promise = Effect.runPromiseWith(context)
  const warn = blockedWarning()
  const worker = options.work
    ? new Worker({
        store,
        writer,
        definitions,
        context,
        clock,
        runsMax,
        pollMs,
        began: (run) => client.results.replaced(run.id, run.generation - 1),
        ended: (run, ending) => {
          if (ending._tag === "Finished") {
            const { result: text, status } = ending
            client.results.ended(run.id, run.generation, { status, text })
          } else if (ending._tag === "Lost") fork(client.look())
          else if (ending._tag === "Blocked") fork(warn(run, ending.missing))
        },
        abandoned: () => void fork(client.look())
      })
    : null
  const client = new Client({ store, writer, definitions, worker, promise })
  yield* Scope.provide(
    store.changes(() => {
      worker?.pokeNews()
      fork(client.look())
    }),
    scope
  )
  const owner = { id: randomUUID(), host: hostname(), pid: process.pid }
  const ownership = byLease(store, { owner, ttlMs: options.leaseMs, pollMs: standbyMs })
  const working = worker === null ? null : fork(serve(worker, ownership))
  // Should a hint be lost: whoever waits for a run of another process is told by this.
  const looking = setInterval(() => fork(client.look()), lookMs)
  const shut = (graceMs: number) =>
    Effect.gen(function* () {
      if (worker !== null) yield* Effect.timeoutOption(worker.drain(graceMs), graceMs + closeMaxMs)
      yield* Effect.timeoutOption(writer.idle, closeMaxMs)
      if (working !== null) yield* Effect.timeoutOption(Fiber.interrupt(working), closeMaxMs)
      clearInterval(looking)
      writer.close()
      client.results.close()
      yield* Scope.close(scope, Exit.void)
    })
  let closing: Promise<void> | undefined
  return {
    client,
    definitions,
    promise,
    close: (graceMs) => (closing ??= promise(shut(graceMs)))
  }
})

/** Comes to own partitions, and works for them, until interrupted. */
const serve = (worker: Worker, ownership: Ownership): Effect.Effect<never> =>
  Effect.raceFirst(
    worker.work,
    ownership.lead((lease) => worker.own(lease))
  )

/** Says which tasks are missing, once for each workflow: thousands of runs may come to the same task. */
const blockedWarning = () => {
  const warned = new Set<string>()
  return ({ id, workflow }: Claimed, missing: ReadonlyArray<string>): Effect.Effect<void> => {
    const what = `Workflow '${workflow}' needs ${missing.join(", ")}, not registered here`
    if (warned.has(what)) return Effect.void
    warned.add(what)
    const advice = "add it to the workflows or the registry of Engine.open, under the same name"
    return Effect.logWarning(`${what}: run '${id}' and others like it wait as blocked; ${advice}`)
  }
}
