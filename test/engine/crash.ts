// The crash explorer: kills a store before and after each of its writes, one execution each, and lets a second
// engine take up what is left. A killed store answers nothing any more, as if its process had died there.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { Engine } from "../../src/engine/Engine.ts"
import type { AnyWorkflow } from "../../src/builder/Workflow.ts"
import type { HistoryEvent } from "../../src/run/History.ts"
import type { Lease, Store } from "../../src/store/Store.ts"
import type { StoreSource } from "../../src/store/StoreSource.ts"

/** Where to kill: before the n-th write, or after it and before its answer. Null: nowhere. */
export interface Kill {
  readonly write: number
  readonly moment: "before" | "after"
}

interface Killable {
  readonly source: StoreSource
  /** Resolves when the store has been killed. */
  readonly killed: Promise<void>
  readonly writes: () => number
}

/** The same store, which dies as told. Its lease ends with it, as that of a process known to be dead. */
export const killable = (source: StoreSource, kill: Kill | null): Killable => {
  const killed = Deferred.makeUnsafe<void>()
  let writes = 0
  let isDead = false
  let lease: Lease | null = null
  const die = (store: Store) =>
    Effect.gen(function* () {
      isDead = true
      if (lease !== null) yield* Effect.orDie(store.leases.release(lease))
      yield* Deferred.succeed(killed, undefined)
      return yield* Effect.never
    })
  const alive = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => (isDead ? Effect.never : effect))
  const counted = <A, E>(store: Store, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      if (isDead) return Effect.never
      writes += 1
      if (kill === null || writes !== kill.write) return effect
      return kill.moment === "before" ? die(store) : Effect.andThen(effect, die(store))
    })
  const wrap = (store: Store): Store => ({
    ...store,
    define: (definitions) => alive(store.define(definitions)),
    definition: (hash) => alive(store.definition(hash)),
    write: (batch) => counted(store, store.write(batch)),
    claim: (held, max) =>
      alive(
        Effect.flatMap(store.nextDueMs(held), (due) =>
          due === null ? Effect.succeed([]) : counted(store, store.claim(held, max))
        )
      ),
    nextDueMs: (held) => alive(store.nextDueMs(held)),
    news: (held) => alive(store.news(held)),
    get: (id) => alive(store.get(id)),
    changes: () => Effect.void,
    leases: {
      ...store.leases,
      take: (partition, owner, ttlMs) =>
        alive(
          Effect.map(store.leases.take(partition, owner, ttlMs), (taken) => {
            lease = taken
            return taken
          })
        ),
      renew: (held, ttlMs) => alive(store.leases.renew(held, ttlMs))
    }
  })
  return {
    source: { name: source.name, open: Effect.map(source.open, wrap) },
    killed: Effect.runPromise(Deferred.await(killed)),
    writes: () => writes
  }
}

export interface Scenario {
  readonly workflow: AnyWorkflow
  /** What a client does, again from the start after a crash, until it has an answer. */
  readonly client: (engine: Engine) => Promise<unknown>
  /** The run to look at. */
  readonly runId: string
}

export interface Execution {
  readonly answer: unknown
  readonly writes: number
  readonly history: ReadonlyArray<HistoryEvent>
  /** What the history held when the store was killed. */
  readonly before: ReadonlyArray<HistoryEvent>
}

/** Runs a scenario on a fresh store, killed as told, and goes on with a second engine. */
export const execute = async (
  scenario: Scenario,
  source: StoreSource,
  { kill, killing = () => undefined }: { readonly kill: Kill | null; readonly killing?: () => void }
): Promise<Execution> => {
  const store = killable(source, kill)
  const workflows = [scenario.workflow]
  const first = await Engine.open({ store: store.source, workflows })
  const answer = settle(scenario.client(first))
  const isKilled = await Promise.race([answer.then(() => false), store.killed.then(() => true)])
  if (!isKilled) {
    const history = await first.history(scenario.runId)
    await first.close()
    return { answer: await answer, writes: store.writes(), history, before: [] }
  }
  killing()
  const before = await historyOf(source, scenario.runId)
  const second = await Engine.open({ store: source, workflows })
  const result = await settle(scenario.client(second))
  const history = await second.history(scenario.runId)
  await second.close()
  return { answer: result, writes: store.writes(), history, before }
}

const historyOf = async (source: StoreSource, id: string): Promise<ReadonlyArray<HistoryEvent>> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(source.open, (store) => store.history(id))))

/** What a promise came to, as data that can be compared. */
const settle = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error: String(error) })
  )

/** Nodes whose task has been recorded as completed, in order, with repeats. */
export const completed = (history: ReadonlyArray<HistoryEvent>): ReadonlyArray<string> =>
  history.flatMap((event) => (event._tag === "TaskCompleted" ? [event.node] : []))
