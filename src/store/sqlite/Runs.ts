// Runs as people see them, and the end of what they no longer need.
import type { HistoryEvent } from "../../run/History.ts"
import { publishedId } from "../../run/Note.ts"
import type { Status, Wait } from "../../run/Status.ts"
import type { Query, Run, Text } from "../Store.ts"
import type { Database, Row } from "./Database.ts"
import { toRequest } from "./Controls.ts"

const selectRun = `select run.id, run.generation, run.workflow, definition.hash, run.status, run.tags,
  run.started_at, run.updated_at, run.waits, run.request, run.result
  from run join definition on definition.key = run.definition`

export const get = (db: Database, id: string): Run | null => {
  const row = db.one(`${selectRun} where run.id = ?`, id)
  return row === undefined ? null : toRun(row)
}

export const list = (db: Database, query: Query): ReadonlyArray<Run> => {
  const filters: ReadonlyArray<readonly [sql: string, value: string | null]> = [
    ["run.id > ?", query.after],
    ["run.workflow = ?", query.workflow],
    ["run.status = ?", query.status],
    ["exists (select 1 from json_each(run.tags) where value = ?)", query.tag]
  ]
  const given = filters.filter(([, value]) => value !== null)
  const where = given.length === 0 ? "" : `where ${given.map(([sql]) => sql).join(" and ")}`
  const sql = `${selectRun} ${where} order by run.id limit ?`
  return db.all(sql, ...given.map(([, value]) => value), query.limit).map(toRun)
}

const toRun = (row: Row): Run => ({
  id: String(row["id"]),
  generation: Number(row["generation"]),
  workflow: String(row["workflow"]),
  definition: String(row["hash"]),
  // `status`, `tags` and `waits` are written by this store alone, from values of these types.
  status: row["status"] as Status,
  tags: typeof row["tags"] === "string" ? (JSON.parse(row["tags"]) as Array<string>) : [],
  startedAtMs: Number(row["started_at"]),
  updatedAtMs: Number(row["updated_at"]),
  waits: typeof row["waits"] === "string" ? (JSON.parse(row["waits"]) as Array<Wait>) : [],
  request: toRequest(row["request"]),
  result: row["result"] === null ? null : String(row["result"])
})

export const history = (db: Database, id: string): ReadonlyArray<HistoryEvent> =>
  db
    .all(
      "select events from history where run = (select key from run where id = ?) order by step",
      id
    )
    // Written by this store alone, from events of this type.
    .flatMap((row) => JSON.parse(String(row["events"])) as ReadonlyArray<HistoryEvent>)

export const published = (db: Database, id: string): Text | null => {
  const row = db.one(
    "select value from strand where run = (select key from run where id = ?) and id = ?",
    id,
    publishedId
  )
  return row === undefined || row["value"] === null ? null : String(row["value"])
}

/** Inside a transaction. */
export const purge = (db: Database, beforeMs: number, max: number): number => {
  const rows = db.all(
    `select key, id from run where status in ('completed', 'failed', 'cancelled') and updated_at < ?
     order by key limit ?`,
    beforeMs,
    max
  )
  for (const { id, key } of rows) {
    for (const table of ["strand", "input", "history"]) {
      db.run(`delete from ${table} where run = ?`, key ?? null)
    }
    for (const table of ["signal", "signal_key"]) {
      db.run(`delete from ${table} where run = ?`, id ?? null)
    }
    db.run("delete from run where key = ?", key ?? null)
  }
  return rows.length
}
