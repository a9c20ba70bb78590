// Folders and database files for one test each. They lie in memory where the machine offers it: what a test
// asks of SQLite is the same there, and a thousand synchronous commits take no second.
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import type { Store } from "../../src/store/Store.ts"
import type { StoreError } from "../../src/store/StoreError.ts"
import * as SqliteStore from "../../src/store/sqlite/SqliteStore.ts"

const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()

export const make = (): string => mkdtempSync(path.join(parent, "onward-"))

export const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true })

/** A folder that is removed with the scope. */
export const scoped: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(make),
  (folder) => Effect.sync(() => remove(folder))
)

/** A new file, opened. */
export const openSqlite: Effect.Effect<Store, StoreError, Scope.Scope> = Effect.flatMap(
  scoped,
  (folder) => SqliteStore.make({ path: path.join(folder, "test.db") })
)
