// The ways to run a workflow, so that one fact is checked in each of them. Two tables: by the public face in real
// time, and by the Effect face in virtual time, where a test alone lets time pass.
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { randomUUID } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import type { Workflow } from "../../src/builder/Workflow.ts"
import type { Started } from "../../src/engine/Client.ts"
import { Engine } from "../../src/engine/Engine.ts"
import * as InProcess from "../../src/engine/InProcess.ts"
import { toOutput } from "../../src/engine/RunState.ts"
import { open, type Runtime } from "../../src/engine/Runtime.ts"
import { errorClasses } from "../../src/engine/StoredWall.ts"
import { run, runSync } from "../../src/index.ts"
import { memory, sqlite, type StoreSource } from "../../src/store/StoreSource.ts"
import { fromWorkflows, type WorkflowEntry } from "../../src/task/Registry.ts"

export interface Store {
  readonly name: string
  /** A store of its own, empty, which any number of engines may open. */
  readonly make: () => StoreSource
}

const folder = mkdtempSync(join(tmpdir(), "onward-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

export const stores: ReadonlyArray<Store> = [
  { name: "memory", make: memory },
  { name: "sqlite", make: () => sqlite(join(folder, `${randomUUID()}.db`), { pollMs: 10 }) }
]

/** A workflow that needs nothing from Layers. */
type Closed<In, Out> = Workflow<string, In, Out, unknown, never, unknown>

export interface Way {
  readonly name: string
  /** The whole run: its output, or what it failed with as a rejection. */
  readonly run: <In, Out>(workflow: Closed<In, Out>, input: NoInfer<In>) => Promise<Out>
}

const inProcess: Way = { name: "run", run: (workflow, input) => run(workflow, input) }

const synchronous: Way = {
  name: "runSync",
  run: async (workflow, input) => runSync(workflow, input)
}

const durable: ReadonlyArray<Way> = stores.map(({ make, name }) => ({
  name: `engine on ${name}`,
  run: async (workflow, input) => {
    await using engine = await Engine.open({ store: make(), workflows: [workflow] })
    const handle = await engine.start(workflow, input)
    return await handle.result()
  }
}))

/** Every way. */
export const ways: ReadonlyArray<Way> = [inProcess, synchronous, ...durable]

/** Those in which a task may be waited for and branches run side by side. */
export const asyncWays: ReadonlyArray<Way> = [inProcess, ...durable]

/** What `promise` rejects with; fails the test when it resolves. */
export const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error("resolved, and a rejection was expected")
}

/** Looks again, a turn of the event loop later, until it holds. The test's own timeout ends a vain wait. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await turn()
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Lets everything happen that needs no time. */
export const settle: Effect.Effect<void> = Effect.promise(async () => {
  for (let turns = 0; turns < 40; turns += 1) await turn()
})

/** Lets virtual time pass, and everything happen that follows from it. */
export const pass = (ms: number): Effect.Effect<void> =>
  Effect.andThen(settle, Effect.andThen(TestClock.adjust(ms), settle))

export interface Running {
  /** Undefined while the run is not over. */
  readonly exit: () => Exit.Exit<unknown, unknown> | undefined
}

export interface VirtualWay {
  readonly name: string
  /** Starts a run, and lets happen what needs no time. It is interrupted when the test ends. */
  readonly start: (
    workflow: WorkflowEntry,
    input: unknown
  ) => Effect.Effect<Running, unknown, Scope.Scope>
}

const watched = (outcome: Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    const fiber: Fiber.Fiber<unknown, unknown> = yield* Effect.forkScoped(outcome)
    yield* settle
    return { exit: () => fiber.pollUnsafe() }
  })

/** `run` and the engine on each store, on the clock of the test. */
export const virtualWays: ReadonlyArray<VirtualWay> = [
  { name: "run", start: (workflow, input) => watched(InProcess.run(workflow, input)) },
  ...stores.map(({ make, name }): VirtualWay => ({
    name: `engine on ${name}`,
    start: (workflow, input) =>
      Effect.gen(function* () {
        const runtime = yield* opened(make(), [workflow])
        const started = yield* start(runtime, workflow, { input })
        return yield* watched(result(runtime, workflow, started))
      })
  }))
]

/** An engine on the clock of the test, closed when the test ends. It never looks at the store without a cause. */
export const opened = (
  source: StoreSource,
  workflows: ReadonlyArray<WorkflowEntry>
): Effect.Effect<Runtime, unknown, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tap(
      open({
        source,
        registry: fromWorkflows(workflows),
        work: true,
        runsMax: 1_000,
        leaseMs: 3_000_000_000,
        pollMs: 1_000_000_000
      }),
      () => settle
    ),
    (runtime) => Effect.promise(() => runtime.close(0))
  )

export const start = (
  { client }: Runtime,
  workflow: WorkflowEntry,
  {
    id = randomUUID(),
    input,
    startAtMs = null
  }: {
    readonly input: unknown
    readonly id?: string
    readonly startAtMs?: number | null
  }
): Effect.Effect<Started, unknown> =>
  Effect.tap(
    promised(() => client.start(workflow, input, { id, onConflict: "fail", startAtMs, tags: [] })),
    () => settle
  )

const promised = <A>(ask: () => Promise<A>): Effect.Effect<A, unknown> =>
  Effect.tryPromise({ try: ask, catch: (error) => error })

/** The output of a run, once it has one. */
export const result = (
  { client }: Runtime,
  workflow: WorkflowEntry,
  started: Started
): Effect.Effect<unknown, unknown> =>
  Effect.flatMap(
    promised(() => client.result(started)),
    (ended) => {
      const classes = errorClasses([...workflow.tasks.values()].flatMap(({ errors }) => errors))
      return Effect.try({
        try: () => toOutput(started.id, ended, classes),
        catch: (error) => error
      })
    }
  )

/** The exit of a run that is over; a test that meets one that is not fails here. */
export const exitOf = ({ exit }: Running): Exit.Exit<unknown, unknown> => {
  const found = exit()
  if (found === undefined) throw new Error("the run is not over")
  return found
}

/** What a run that is over failed with. */
export const errorOf = (running: Running): unknown => {
  const exit = exitOf(running)
  if (Exit.isSuccess(exit)) throw new Error(`the run completed with ${String(exit.value)}`)
  const reason = exit.cause.reasons[0]
  return reason?._tag === "Fail" ? reason.error : reason
}
