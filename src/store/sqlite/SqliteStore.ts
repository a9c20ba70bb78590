// The embedded store: one SQLite file, no server, no native build. Many processes may open it; the one that
// holds the lease drives the runs, the others start, control and read them.
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { purgeLagMs, type Store } from "../Store.ts"
import type { StoreError } from "../StoreError.ts"
import * as Claims from "./Claims.ts"
import { attempt, type Database, open } from "./Database.ts"
import * as LeaseRows from "./LeaseRows.ts"
import * as Runs from "./Runs.ts"
import * as Writes from "./Writes.ts"

export interface SqliteOptions {
  readonly path: string
  /** How often a change by another process is looked for. Default 100. */
  readonly pollMs?: number
}

/** Opens or creates the file. Closed with the scope. */
export const make = Effect.fnUntraced(function* (
  options: SqliteOptions
): Effect.fn.Return<Store, StoreError, Scope.Scope> {
  const db = yield* Effect.acquireRelease(open(options.path), (opened) =>
    Effect.sync(() => opened.close())
  )
  return fromDatabase(db, options.pollMs ?? 100)
})

const fromDatabase = (db: Database, pollMs: number): Store => {
  const read = <A>(doing: string, body: () => A) => attempt(db, doing, body)
  const change = <A>(doing: string, body: (nowMs: number) => A) =>
    Effect.clockWith((clock) => {
      const nowMs = clock.currentTimeMillisUnsafe()
      return attempt(db, doing, () => db.transaction(() => body(nowMs)))
    })
  return {
    partitions: 1,
    partitionOf: () => 0,
    now: Effect.clockWith((clock) => clock.currentTimeMillis),
    define: (definitions) =>
      change("store a definition", () => {
        for (const { hash, json, workflow } of definitions) {
          db.run(putDefinition, hash, workflow, json)
        }
      }),
    definition: (hash) =>
      read("read a definition", () => {
        const json = db.one("select json from definition where hash = ?", hash)?.["json"]
        return typeof json === "string" ? json : null
      }),
    write: (batch) =>
      change("write", (nowMs) => batch.map((item) => Writes.apply(db, item, nowMs))),
    claim: (leases, max) =>
      change("claim runs", (nowMs) => Claims.claim(db, leases, { max, nowMs })),
    nextDueMs: () => read("read the next due time", () => Claims.nextDueMs(db)),
    news: (leases) => read("read news", () => Claims.news(db, leases)),
    get: (id) => read("read a run", () => Runs.get(db, id)),
    list: (query) => read("list runs", () => Runs.list(db, query)),
    published: (id) => read("read what a run published", () => Runs.published(db, id)),
    history: (id) => read("read a history", () => Runs.history(db, id)),
    purge: (beforeMs, max) =>
      change("purge runs", (nowMs) => Runs.purge(db, Math.min(beforeMs, nowMs - purgeLagMs), max)),
    changes: (listener) => changes(db, pollMs, listener),
    leases: {
      take: (partition, owner, ttlMs) =>
        change("take the lease", (nowMs) => LeaseRows.take(db, partition, owner, { nowMs, ttlMs })),
      renew: (lease, ttlMs) =>
        change("renew the lease", (nowMs) => LeaseRows.renew(db, lease, { nowMs, ttlMs })),
      release: (lease) => change("release the lease", () => LeaseRows.release(db, lease))
    }
  }
}

const putDefinition = `insert into definition (hash, workflow, json) values (?, ?, ?)
  on conflict do update set json = excluded.json where json <> excluded.json`

/** A file that cannot be read has no version: whoever looks closer is told why, and a poll comes in any case. */
const version = (db: Database): unknown => {
  try {
    return db.one("pragma data_version")?.["data_version"]
  } catch {
    return undefined
  }
}

/** SQLite counts the commits of other connections: one number tells whether there is anything to look at. */
const changes = (
  db: Database,
  pollMs: number,
  listener: () => void
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      let seen = version(db)
      return setInterval(() => {
        const now = version(db)
        if (now === seen) return
        seen = now
        listener()
      }, pollMs)
    }),
    (timer) => Effect.sync(() => clearInterval(timer))
  )
