// Runs handed to a driver, and what was sent to those that are being driven.
import type { StoredStrand } from "../../run/Snapshot.ts"
import { trunk } from "../../run/Strand.ts"
import type { Claimed, Lease, News, Text } from "../Store.ts"
import { toRequest } from "./Controls.ts"
import type { Database, Row } from "./Database.ts"
import { holds, signalsOf } from "./Writes.ts"

/** Inside a transaction: the lease is checked and the rows are taken as one, so a late claim hides no run. */
export const claim = (
  db: Database,
  leases: ReadonlyArray<Lease>,
  { max, nowMs }: { readonly max: number; readonly nowMs: number }
): ReadonlyArray<Claimed> => {
  if (!leases.some((lease) => holds(db, lease))) return []
  return db.all(selectDue, nowMs, max).map((run) => {
    db.fences.delete(String(run["id"]))
    db.run(
      `update run set status = 'running', run_at = null, epoch = epoch + 1, seen = sent, waits = null,
       updated_at = ? where key = ?`,
      nowMs,
      run["key"] ?? null
    )
    return toClaimed(db, run)
  })
}

const selectDue = `select run.key, run.id, run.generation, run.workflow, definition.hash, run.status, run.epoch,
  run.sent, run.started_at, run.request, input.value as input,
  (select coalesce(max(step), 0) from history where history.run = run.key) as step
  from run join definition on definition.key = run.definition join input on input.run = run.key
  where run.run_at <= ? order by run.run_at, run.key limit ?`

const toClaimed = (db: Database, run: Row): Claimed => {
  const strands = db.all("select * from strand where run = ?", run["key"] ?? null).map(toStrand)
  const id = String(run["id"])
  return {
    id,
    generation: Number(run["generation"]),
    epoch: Number(run["epoch"]) + 1,
    step: Number(run["step"]),
    workflow: String(run["workflow"]),
    definition: String(run["hash"]),
    input: String(run["input"]),
    startedAtMs: Number(run["started_at"]),
    trunk: strands.find((strand) => strand.id === trunk) ?? null,
    branches: strands.filter((strand) => strand.id !== trunk),
    signals: signalsOf(db, id),
    sent: Number(run["sent"]),
    request: toRequest(run["request"]),
    wasPaused: run["status"] === "paused"
  }
}

const toStrand = (row: Row): StoredStrand<Text> => ({
  id: String(row["id"]),
  node: row["node"] === null ? null : String(row["node"]),
  value: row["value"] === null ? null : String(row["value"]),
  sinceMs: Number(row["since"]),
  failures: Number(row["failures"]),
  indices: row["indices"] === null ? [] : String(row["indices"]).split(".").map(Number),
  wakeAtMs: row["wake_at"] === null ? null : Number(row["wake_at"])
})

export const news = (db: Database, leases: ReadonlyArray<Lease>): ReadonlyArray<News> =>
  leases.some((lease) => holds(db, lease))
    ? db.all(selectNews).map((run) => ({
        id: String(run["id"]),
        sent: Number(run["sent"]),
        request: toRequest(run["request"]),
        signals: signalsOf(db, String(run["id"]))
      }))
    : []

const selectNews = "select id, sent, request from run where status = 'running' and sent > seen"

export const nextDueMs = (db: Database): number | null => {
  const due = db.one("select min(run_at) as due from run where run_at is not null")?.["due"]
  return due === null || due === undefined ? null : Number(due)
}
