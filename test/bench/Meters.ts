// What a cell costs besides time: CPU, bytes that the process had written, and commits to SQLite.
// With WAL and synchronous FULL a commit is one fsync; a WAL checkpoint, each 1,000 pages, adds about two more,
// which are not counted here.
import { readFileSync } from "node:fs"
import { DatabaseSync, StatementSync } from "node:sqlite"

/** Commits seen so far, and how long each took. */
export const commits = { count: 0, lastAtMs: 0, tookMs: [] as Array<number> }

let isOpen = false

const note = (sql: string, body: () => unknown): unknown => {
  const text = sql.trimStart().slice(0, 8).toLowerCase()
  if (text.startsWith("begin")) isOpen = true
  const isCommit = text.startsWith("commit") || (!isOpen && /^(?:insert|update|delete)/.test(text))
  if (text.startsWith("commit") || text.startsWith("rollback")) isOpen = false
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
  // Sound: what it is called with is handed on as it came. The overloads of `run` have no common spelling.
  statement.run = function (this: StatementSync, ...values: Parameters<typeof run>) {
    return note(this.sourceSQL, () => run.apply(this, values))
  } as typeof run
  const database = DatabaseSync.prototype
  const { exec } = database
  database.exec = function (this: DatabaseSync, sql: string) {
    note(sql, () => exec.call(this, sql))
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
