// A SQLite file opened as ours, or refused without a change to it.
// WAL with synchronous FULL: a commit that returned survives a power cut.
import * as Effect from "effect/Effect"
import { accessSync, constants, existsSync, statSync } from "node:fs"
import { dirname } from "node:path"
import type { DatabaseSync, SQLInputValue } from "node:sqlite"
import { ForeignDatabase, NewerDatabase, type StoreError, StoreUnavailable } from "../StoreError.ts"
import { migrations } from "./Migrations.ts"

/** "ONWD", in the header of every database of ours. */
const applicationId = 0x4f4e5744

/** How long a writer waits for another process to finish its transaction. */
const busyTimeoutMs = 10_000
const busyRetryMs = 5

/**
 * A step changes a few small rows in two or three tables, and each changed page is written whole: small pages
 * halve the bytes of a commit. The WAL is copied back each 1 MB: after a kill all of it has to be read again.
 */
const settings = `pragma page_size = 1024; pragma journal_mode = wal; pragma synchronous = full;
  pragma foreign_keys = off; pragma wal_autocheckpoint = 1000`

export type Row = Record<string, SQLInputValue>

export interface Database {
  readonly path: string
  /** Rows of a query, prepared once per text. */
  readonly all: (sql: string, ...values: ReadonlyArray<SQLInputValue>) => ReadonlyArray<Row>
  readonly one: (sql: string, ...values: ReadonlyArray<SQLInputValue>) => Row | undefined
  /** Number of rows that changed. */
  readonly run: (sql: string, ...values: ReadonlyArray<SQLInputValue>) => number
  /** The key of the row that was added; null when there was a conflict. */
  readonly insert: (sql: string, ...values: ReadonlyArray<SQLInputValue>) => number | null
  /** The first row of a query by `value`, read once until `forget`: for what changes with a new owner at most. */
  readonly known: (sql: string, value: SQLInputValue) => Row | undefined
  /**
   * Rows of driven runs that this connection has read and nobody has changed since, by run id: forgotten when
   * another connection commits, when a transaction fails, and by whoever changes such a row here.
   */
  readonly fences: Map<string, Row>
  /** Drops what has been read: fences, and what is `known`. */
  readonly forget: () => void
  /** Runs `body` in one write transaction: all of it is durable when this returns, or nothing is. */
  readonly transaction: <A>(body: () => A) => A
  readonly close: () => void
}

/** Runs `body` on the database, with its failures as store errors. */
export const attempt = <A>(
  db: Database,
  doing: string,
  body: () => A
): Effect.Effect<A, StoreError> =>
  Effect.try({ try: body, catch: (cause) => toStoreError(db.path, doing, cause) })

export const open = (path: string): Effect.Effect<Database, StoreError> =>
  Effect.try({ try: () => openNew(path), catch: (cause) => toStoreError(path, "be opened", cause) })

/** SQLite does not wait for another process that turns the same new file into one with a log: we do. */
const openNew = (path: string): Database => {
  const untilMs = performance.now() + busyTimeoutMs
  for (;;) {
    try {
      return openSync(path)
    } catch (cause) {
      if (primaryCode(cause) !== busy || performance.now() > untilMs) throw cause
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busyRetryMs)
    }
  }
}

/** Loaded when a file is opened: who only runs workflows in process needs no SQLite, and on Node 22 no warning of it. */
const connect = (
  path: string,
  options: { readonly timeout?: number; readonly readOnly?: boolean }
) => {
  // Missing in an older Node, which may even lack the function: its types say otherwise.
  const module = process.getBuiltinModule?.("node:sqlite") as
    | typeof import("node:sqlite")
    | undefined
  if (module === undefined) throw new Error(`${needed}, and this is ${process.version}: update it`)
  return new module.DatabaseSync(path, options)
}

const needed = "SQLite needs Node.js 22.19 or newer"

const openSync = (path: string): Database => {
  if (existsSync(path) && statSync(path).isFile()) inspect(path)
  const raw = connect(path, { timeout: busyTimeoutMs })
  try {
    raw.exec(settings)
    const db = wrap(raw, path)
    migrate(raw, db, path)
    return db
  } catch (cause) {
    raw.close()
    throw cause
  }
}

/** A connection of its own that cannot write: a file that is not ours stays as it is, byte for byte. */
const inspect = (path: string): void => {
  const raw = connect(path, { timeout: busyTimeoutMs, readOnly: true })
  try {
    // What is read here belongs together, also while another process creates the tables.
    raw.exec("begin")
    refuseForeign(raw, path)
  } finally {
    raw.close()
  }
}

const refuseForeign = (raw: DatabaseSync, path: string): void => {
  const id = pragma(raw, "application_id")
  const version = pragma(raw, "user_version")
  if (id === applicationId) {
    if (version <= migrations.length) return
    throw new NewerDatabase({ store: path, found: version, known: migrations.length })
  }
  const tables = raw.prepare("select count(*) as n from sqlite_schema").get()?.["n"]
  if (id === 0 && version === 0 && tables === 0) return
  throw new ForeignDatabase({ store: path, found: `a SQLite database of another application` })
}

/**
 * Two processes may open a new file at once: the second finds the work done. A file that cannot be written is
 * refused now, and not when the first run starts.
 */
const migrate = (raw: DatabaseSync, db: Database, path: string): void => {
  db.transaction(() => {
    refuseForeign(raw, path)
    const version = pragma(raw, "user_version")
    // Changes nothing, and fails where nothing can be changed: SQLite makes a reader of `begin immediate` there.
    if (version === migrations.length) return raw.exec("delete from lease where false")
    for (const migration of migrations.slice(version)) raw.exec(migration)
    raw.exec(`pragma application_id = ${applicationId}; pragma user_version = ${migrations.length}`)
  })
}

const pragma = (raw: DatabaseSync, name: string): number =>
  Number(Object.values(raw.prepare(`pragma ${name}`).get() ?? {})[0])

const wrap = (raw: DatabaseSync, path: string): Database => {
  const statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>()
  const prepared = (sql: string) => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = raw.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  const fences = new Map<string, Row>()
  const answers = new Map<string, Map<SQLInputValue, Row>>()
  const forget = () => {
    fences.clear()
    answers.clear()
  }
  // Columns hold text, integers and nulls only: the schema declares nothing else.
  const one = (sql: string, ...values: ReadonlyArray<SQLInputValue>) =>
    prepared(sql).get(...values) as Row | undefined
  const version = () => prepared("pragma data_version").get()?.["data_version"]
  let seen = version()
  return {
    path,
    fences,
    forget,
    // See `one`.
    all: (sql, ...values) => prepared(sql).all(...values) as ReadonlyArray<Row>,
    one,
    run: (sql, ...values) => Number(prepared(sql).run(...values).changes),
    insert: (sql, ...values) => {
      const { changes, lastInsertRowid } = prepared(sql).run(...values)
      return changes === 0 ? null : Number(lastInsertRowid)
    },
    known: (sql, value) => {
      const found = answers.get(sql)?.get(value)
      if (found !== undefined) return found
      const row = one(sql, value)
      if (row !== undefined) answers.set(sql, (answers.get(sql) ?? new Map()).set(value, row))
      return row
    },
    transaction: (body) => {
      prepared("begin immediate").run()
      try {
        const now = version()
        if (now !== seen) forget()
        seen = now
        const result = body()
        prepared("commit").run()
        return result
      } catch (cause) {
        forget()
        if (raw.isTransaction) prepared("rollback").run()
        throw cause
      }
    },
    close: () => raw.close()
  }
}

const toStoreError = (path: string, doing: string, cause: unknown): StoreError => {
  if (cause instanceof ForeignDatabase || cause instanceof NewerDatabase) return cause
  const code = primaryCode(cause)
  if (code === 26) return new ForeignDatabase({ store: path, found: "not a SQLite database" })
  const kind = code === cannotOpen && isReadOnly(path) ? "ReadOnly" : kinds.get(code)
  return new StoreUnavailable({ store: path, kind: kind ?? "Other", doing, cause })
}

/** SQLite says no more than that it cannot open the file, or the log that it keeps beside it. */
const isReadOnly = (path: string): boolean => {
  if (!existsSync(path)) return existsSync(dirname(path)) && !isWritable(dirname(path))
  return !isWritable(path) || !isWritable(dirname(path))
}

const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The low byte of SQLite's result code; 0 when `cause` is none. */
const primaryCode = (cause: unknown): number => {
  if (!(cause instanceof Error)) return 0
  if ("errcode" in cause && typeof cause.errcode === "number") return cause.errcode & 0xff
  return "code" in cause && cause.code === "ERR_INVALID_STATE" ? closedCode : 0
}

const closedCode = -1
const busy = 5
const cannotOpen = 14

const kinds: ReadonlyMap<number, StoreUnavailable["kind"]> = new Map([
  [closedCode, "Closed"],
  [3, "Denied"],
  [busy, "Locked"],
  [6, "Locked"],
  [8, "ReadOnly"],
  [11, "Corrupt"],
  [13, "Full"],
  [cannotOpen, "Denied"],
  [23, "Denied"]
])
