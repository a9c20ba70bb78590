// What a cell costs besides time: CPU, bytes that the process had written, and commits to SQLite.
// With WAL and synchronous FULL a commit is one fsync; a WAL checkpoint, each 1,000 pages, adds about two more,
// which are not counted here.
import { readFileSync } from "node:fs"
import { DatabaseSync, StatementSync } from "node:sqlite"

/** Commits seen so far, and how long each took. */
export const commits = { count: 0, lastAtMs: 0, tookMs: [] as Array<number> }

let isOpen = false

type Kind = "begin" | "commit" | "rollback" | "change" | "other"

const toKind = (sql: string): Kind => {
  const text = sql.trimStart().slice(0, 8).toLowerCase()
  if (text.startsWith("begin")) return "begin"
  if (text.startsWith("commit")) return "commit"
  if (text.startsWith("rollback")) return "rollback"
  return /^(?:insert|update|delete)/.test(text) ? "change" : "other"
}

const note = (kind: Kind, body: () => unknown): unknown => {
  if (kind === "begin") isOpen = true
  const isCommit = kind === "commit" || (!isOpen && kind === "change")
  if (kind === "commit" || kind === "rollback") isOpen = false
  if (!isCommit) return body()
  const startMs = performance.now()
  const result = body()
  commits.lastAtMs = performance.now()
  commits.tookMs.push(commits.lastAtMs - startMs)
  commits.count += 1
  return result
}

/** Counts the commits of everything in this process that uses `node:sqlite`. */
export const watchCommits = (): void => {
  const statement = StatementSync.prototype
  const { run } = statement
  // Looked at once a statement: who runs more of them must not pay more for being watched.
  const kinds = new WeakMap<StatementSync, Kind>()
  // Sound: what it is called with is handed on as it came. The overloads of `run` have no common spelling.
  statement.run = function (this: StatementSync, ...values: Parameters<typeof run>) {
    const kind = kinds.get(this) ?? toKind(this.sourceSQL)
    kinds.set(this, kind)
    return kind === "change" && isOpen
      ? run.apply(this, values)
      : note(kind, () => run.apply(this, values))
  } as typeof run
  const database = DatabaseSync.prototype
  const { exec } = database
  database.exec = function (this: DatabaseSync, sql: string) {
    note(toKind(sql), () => exec.call(this, sql))
  }
}

/** Null where the system does not tell. */
const writtenBytes = (): number | null => {
  try {
    const text = readFileSync("/proc/self/io", "utf8")
    return Number(/^write_bytes: (\d+)/m.exec(text)?.[1])
  } catch {
    return null
  }
}

export interface Reading {
  readonly elapsedMs: number
  readonly cpuUs: number
  readonly commits: number
  readonly bytes: number | null
}

/** Starts the meters; the function that it returns reads them. */
export const start = (): (() => Reading) => {
  const at = { ms: performance.now(), cpu: process.cpuUsage(), bytes: writtenBytes() }
  const before = commits.count
  return () => {
    const cpu = process.cpuUsage(at.cpu)
    const bytes = writtenBytes()
    return {
      elapsedMs: performance.now() - at.ms,
      cpuUs: cpu.user + cpu.system,
      commits: commits.count - before,
      bytes: bytes === null || at.bytes === null ? null : bytes - at.bytes
    }
  }
}

export const quantile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}
