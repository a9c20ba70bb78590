import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import * as fs from "node:fs"
import { hostname } from "node:os"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Worker } from "node:worker_threads"
import { describe, expect } from "vitest"
import * as Database from "../../src/store/sqlite/Database.ts"
import * as SqliteStore from "../../src/store/sqlite/SqliteStore.ts"
import { conformance } from "./conformance.ts"
import { checkpoint, control, owner, query, send, strand, submit } from "./conformance/Scene.ts"
import * as Folder from "./Folder.ts"

conformance("SQLite", Folder.openSqlite, { seesDeadOwners: true })

/** A file with one run in it. */
const createOurs = (file: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const store = yield* SqliteStore.make({ path: file })
      yield* store.define([{ hash: "hash", workflow: "order", json: "{}" }])
      yield* store.write([submit("a")])
    })
  )

const createWith = (file: string, sql: string) =>
  Effect.sync(() => {
    const db = new DatabaseSync(file)
    db.exec(sql)
    db.close()
  })

/** Another application's database as a crash leaves it: the log beside it holds what the file does not. */
const createUnmerged = (file: string) =>
  Effect.sync(() => {
    const db = new DatabaseSync(`${file}.live`)
    db.exec("pragma journal_mode = wal; create table theirs (x); insert into theirs values (1)")
    for (const end of ["", "-wal"]) fs.copyFileSync(`${file}.live${end}`, `${file}${end}`)
    db.close()
  })

const createCorrupt = (file: string) =>
  Effect.tap(createOurs(file), () =>
    Effect.sync(() => {
      const bytes = fs.readFileSync(file)
      fs.writeFileSync(file, bytes.fill(0x5a, 100))
    })
  )

interface BadFile {
  readonly what: string
  readonly create: (file: string) => Effect.Effect<unknown, unknown>
  readonly error: object
  /** What the message tells the reader to do. */
  readonly advice: RegExp
}

const foreign = { _tag: "ForeignDatabase" }

const badFiles: ReadonlyArray<BadFile> = [
  {
    what: "a file that is no database",
    create: (file) => Effect.sync(() => fs.writeFileSync(file, "name,amount\n".repeat(1_000))),
    error: { ...foreign, found: "not a SQLite database" },
    advice: /give another path/
  },
  {
    what: "a database of another application",
    create: (file) => createWith(file, "create table theirs (x); insert into theirs values (1)"),
    error: foreign,
    advice: /give another path/
  },
  {
    what: "a database of another application, with a log that is not merged",
    create: createUnmerged,
    error: foreign,
    advice: /give another path/
  },
  {
    what: "an empty database that another application has marked",
    create: (file) => createWith(file, "pragma application_id = 42; pragma user_version = 1"),
    error: foreign,
    advice: /give another path/
  },
  {
    what: "a database of a newer version",
    create: (file) =>
      Effect.andThen(createOurs(file), createWith(file, "pragma user_version = 99")),
    error: { _tag: "NewerDatabase", found: 99, known: 1 },
    advice: /update the package/
  },
  {
    what: "a database that is damaged",
    create: createCorrupt,
    error: { _tag: "StoreUnavailable", kind: "Corrupt", doing: "be opened" },
    advice: /restore a backup/
  },
  {
    what: "a folder",
    create: (file) => Effect.sync(() => fs.mkdirSync(file)),
    error: { _tag: "StoreUnavailable", kind: "Denied", doing: "be opened" },
    advice: /Check that the path/
  },
  {
    what: "a file in a folder that is missing",
    create: () => Effect.void,
    error: { _tag: "StoreUnavailable", kind: "Denied", doing: "be opened" },
    advice: /Check that the path exists/
  }
]

/** The bytes of a database and its log as hashes; a log that is empty is as good as none. */
const bytesOf = (file: string) =>
  ["", "-wal"].map((end) => {
    const isFile = fs.statSync(file + end, { throwIfNoEntry: false })?.isFile() === true
    return createHash("sha256")
      .update(isFile ? fs.readFileSync(file + end) : "")
      .digest("hex")
  })

describe("a SQLite file", () => {
  it.effect("is written with a log and synced at every commit", () =>
    Effect.gen(function* () {
      const file = path.join(yield* Folder.scoped, "test.db")
      const db = yield* Effect.acquireRelease(Database.open(file), (opened) =>
        Effect.sync(() => opened.close())
      )
      expect(db.one("pragma journal_mode")).toEqual({ journal_mode: "wal" })
      // 2 is FULL: a commit that returned survives a power cut.
      expect(db.one("pragma synchronous")).toEqual({ synchronous: 2 })
    })
  )

  it.effect("keeps everything when it is closed and opened again", () =>
    Effect.gen(function* () {
      const file = path.join(yield* Folder.scoped, "test.db")
      const visit = Effect.scoped(
        Effect.gen(function* () {
          const store = yield* SqliteStore.make({ path: file })
          return { runs: yield* store.list(query()), history: yield* store.history("a") }
        })
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          const store = yield* SqliteStore.make({ path: file })
          yield* store.define([{ hash: "hash", workflow: "order", json: "{}" }])
          const lease = yield* store.leases.take(0, owner("first"), 1)
          yield* store.write([submit("a", { tags: ["x"] }), submit("b"), send("a")])
          const [run] = yield* store.claim([lease!], 1)
          const events = [{ _tag: "RunResumed", atMs: 1 } as const]
          yield* store.write([
            checkpoint(run!, { strands: [strand()], events }),
            control("a", "pause")
          ])
        })
      )
      const found = yield* visit
      expect(found.runs.map(({ status }) => status)).toEqual(["running", "queued"])
      expect(found.history).toHaveLength(1)
      yield* TestClock.adjust(1)
      const store = yield* SqliteStore.make({ path: file })
      const lease = yield* store.leases.take(0, owner("second"), 1_000)
      expect(lease).not.toBeNull()
      const [a] = (yield* store.claim([lease!], 10)).filter(({ id }) => id === "a")
      expect(a).toMatchObject({ trunk: strand(), request: { intent: "pause" }, sent: 2 })
      expect(a!.signals).toHaveLength(1)
    })
  )

  it.effect("that exists and is empty is taken", () =>
    Effect.gen(function* () {
      const file = path.join(yield* Folder.scoped, "test.db")
      fs.writeFileSync(file, "")
      yield* createOurs(file)
      const store = yield* SqliteStore.make({ path: file })
      expect(yield* store.list(query())).toHaveLength(1)
    })
  )

  for (const { advice, create, error, what } of badFiles) {
    it.effect(`is refused, and not changed by a byte: ${what}`, () =>
      Effect.gen(function* () {
        const folder = yield* Folder.scoped
        const file = path.join(folder, what.endsWith("missing") ? "nowhere/test.db" : "test.db")
        yield* create(file)
        const before = bytesOf(file)
        const refusal = yield* Effect.flip(Effect.scoped(SqliteStore.make({ path: file })))
        expect(refusal).toMatchObject({ ...error, store: file })
        expect(refusal.message).toContain(file)
        expect(refusal.message).toMatch(advice)
        expect(bytesOf(file)).toEqual(before)
      })
    )
  }
})

/** Has another thread of this process take the lease, and then tries to. */
const takeAfterThread = (file: string, atMs: number) =>
  Effect.gen(function* () {
    const thread = new Worker(new URL("fixtures/holder.ts", import.meta.url), {
      workerData: { file, atMs }
    })
    const [held] = yield* Effect.promise(() => once(thread, "message"))
    expect(held).toMatchObject({ owner: "another thread" })
    const store = yield* SqliteStore.make({ path: file })
    const us = { id: "us", host: hostname(), pid: process.pid }
    return yield* store.leases.take(0, us, 1_000)
  })

describe("a lease with our own process number", () => {
  it.live("is respected when another thread of ours holds it", () =>
    Effect.gen(function* () {
      const file = path.join(yield* Folder.scoped, "test.db")
      expect(yield* takeAfterThread(file, Date.now())).toBeNull()
    })
  )

  it.live("is free when it was taken before we were started", () =>
    Effect.gen(function* () {
      const file = path.join(yield* Folder.scoped, "test.db")
      const beforeMs = Date.now() - process.uptime() * 1_000 - 60_000
      expect(yield* takeAfterThread(file, Math.floor(beforeMs))).toMatchObject({ owner: "us" })
    })
  )
})

/** Opens the file as a user whom its permissions bind: root is not. */
const openAsUser = (file: string): unknown => {
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const script = path.join(import.meta.dirname, "fixtures/open.ts")
  const { stderr, stdout } = spawnSync(process.execPath, [script, file], {
    ...user,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" }
  })
  if (stdout === "") throw new Error(stderr)
  return JSON.parse(stdout)
}

/** Permissions of folder and file, and what is said about it. */
const denied = [
  { what: "a file that may only be read", folder: 0o777, file: 0o444, kind: "ReadOnly" },
  { what: "a folder that may only be read", folder: 0o555, file: 0o666, kind: "ReadOnly" },
  {
    what: "a folder that may only be read, for a new file",
    folder: 0o555,
    file: null,
    kind: "ReadOnly"
  },
  { what: "a file that may not even be read", folder: 0o777, file: 0o000, kind: "ReadOnly" }
]

describe("a SQLite file that this process may not write", () => {
  for (const { file: fileMode, folder: folderMode, kind, what } of denied) {
    it.effect(`is refused when it is opened, and not changed: ${what}`, () =>
      Effect.gen(function* () {
        const folder = yield* Folder.scoped
        const file = path.join(folder, "test.db")
        if (fileMode !== null) {
          yield* createOurs(file)
          fs.chmodSync(file, fileMode)
        }
        const before = bytesOf(file)
        fs.chmodSync(folder, folderMode)
        const refusal = openAsUser(file)
        fs.chmodSync(folder, 0o755)
        expect(refusal).toMatchObject({ _tag: "StoreUnavailable", kind, store: file })
        expect(refusal).toMatchObject({
          message: expect.stringMatching(/make the file and its folder writable/)
        })
        if (fileMode !== null) fs.chmodSync(file, 0o644)
        expect(bytesOf(file)).toEqual(before)
        yield* createOurs(file)
      })
    )
  }
})

it("a Node without SQLite is told which one it needs", { timeout: 20_000 }, () => {
  const program = `import { Engine } from "onward"
    await Engine.open({ store: "sqlite:x.db" }).catch((error) => console.log(error._tag, error.message))`
  const old = ["--no-experimental-sqlite", "--conditions=onward-source", "--input-type=module"]
  const { stdout } = spawnSync(process.execPath, [...old, "-e", program], { encoding: "utf8" })
  expect(stdout).toMatch(/^StoreUnavailable .*needs Node\.js 22\.19 or newer, and this is v\d+/)
})
