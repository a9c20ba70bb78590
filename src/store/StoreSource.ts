// How a store is named by whoever opens an engine: by a value, or by a text as it stands in a configuration.
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Seal } from "../codec/Seal.ts"
import * as MemoryStore from "./memory/MemoryStore.ts"
import * as SealedStore from "./sealed/SealedStore.ts"
import * as SqliteStore from "./sqlite/SqliteStore.ts"
import type { Store } from "./Store.ts"
import type { StoreError } from "./StoreError.ts"

export type { Seal, Sealed } from "../codec/Seal.ts"

/** A store that can be opened. Opened by two engines, it gives both the same runs. */
export interface StoreSource {
  readonly name: string
  readonly open: Effect.Effect<Store, StoreError, Scope.Scope>
}

/** Runs in memory: they end with the process. Engines that are given the same value share its runs. */
export const memory = (): StoreSource => {
  const store = MemoryStore.make()
  return { name: "memory", open: Effect.succeed(store) }
}

/** Runs in a SQLite file, which is created when it is missing. Its folder must exist. */
export const sqlite = (
  path: string,
  options: Omit<SqliteStore.SqliteOptions, "path"> = {}
): StoreSource => ({
  name: `sqlite:${path}`,
  open: SqliteStore.make({ ...options, path })
})

/** A store whose values pass through `seal`. Without one, what was sealed is refused where it is read. */
export const sealed = (source: StoreSource, seal?: Seal): StoreSource => ({
  name: source.name,
  open: Effect.map(source.open, (store) => SealedStore.make(store, seal ?? null))
})

/** A text that names no store. */
export class UnknownStore extends Data.TaggedError("UnknownStore")<{ readonly url: string }> {
  override get message(): string {
    return `"${this.url}" names no store: write "memory:" or "sqlite:path/to/file.db"`
  }
}

/** Reads `memory:` or `sqlite:path`. Throws `UnknownStore`. */
export const fromUrl = (url: string): StoreSource => {
  if (url === "memory:") return memory()
  if (url.startsWith("sqlite:") && url.length > "sqlite:".length) {
    return sqlite(url.slice("sqlite:".length))
  }
  throw new UnknownStore({ url })
}
