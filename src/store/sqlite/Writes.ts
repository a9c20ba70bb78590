// What changes runs, as statements inside one transaction. Each function answers one item of a batch.
// A step that only moves a strand does not write the run's row: it reads the fence there and writes the strand.
import type {
  Checkpoint,
  CheckpointAnswer,
  Next,
  Request,
  Send,
  SendAnswer,
  Submit,
  SubmitAnswer,
  Text,
  Write,
  Answer
} from "../Store.ts"
import { settled } from "../Pausing.ts"
import { outlivesRun } from "../../run/Note.ts"
import type { Signal } from "../../run/Snapshot.ts"
import { isFinished, type Status } from "../../run/Status.ts"
import { control, toRequest } from "./Controls.ts"
import type { Database } from "./Database.ts"

export const apply = (db: Database, write: Write, nowMs: number): Answer => {
  if (write._tag !== "Checkpoint") db.fences.delete(write.id)
  switch (write._tag) {
    case "Submit":
      return submit(db, write, nowMs)
    case "Checkpoint":
      return checkpoint(db, write, nowMs)
    case "Send":
      return send(db, write, nowMs)
    case "Control":
      return control(db, write, nowMs)
  }
}

/** Whether the lease is the newest of its partition. */
export const holds = (db: Database, lease: { partition: number; epoch: number }): boolean =>
  db.known("select epoch from lease where partition = ?", lease.partition)?.["epoch"] ===
  lease.epoch

const submit = (db: Database, item: Submit, nowMs: number): SubmitAnswer => {
  const isDriven = item.lease !== null && item.startAtMs === null && holds(db, item.lease)
  const definition = db.known("select key from definition where hash = ?", item.definition)?.["key"]
  const values = [
    item.workflow,
    // A definition that has not been stored has no key, and the column takes no null.
    definition === undefined ? null : Number(definition),
    isDriven ? "running" : "queued",
    isDriven ? null : (item.startAtMs ?? nowMs),
    nowMs,
    nowMs,
    item.tags.length === 0 ? null : JSON.stringify(item.tags),
    item.id
  ]
  // From the clock on, so that a run which takes the id of a purged one never meets the other's token.
  const epoch = nowMs + 1
  const sent = Number(db.one("select count(*) as n from signal where run = ?", item.id)?.["n"])
  const key = db.insert(insertRun, ...values, epoch, sent, sent)
  if (key === null) return resubmit(db, item, { isDriven, nowMs, values })
  db.run("insert into input (run, value) values (?, ?)", key, item.input)
  if (isDriven) {
    db.fences.set(item.id, { key, epoch, sent, seen: sent, status: "running", request: null })
  }
  return {
    _tag: "Submitted",
    generation: 1,
    epoch: isDriven ? epoch : null,
    atMs: nowMs,
    step: 0,
    signals: sent === 0 ? [] : signalsOf(db, item.id),
    sent
  }
}

const insertRun = `insert into run (generation, workflow, definition, status, run_at, started_at, updated_at,
  tags, id, epoch, sent, seen) values (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`

const replaceRun = `update run set generation = generation + 1, epoch = epoch + 1, sent = 0, seen = 0,
  workflow = ?, definition = ?, status = ?, run_at = ?,
  started_at = ?, updated_at = ?, tags = ?, request = null, waits = null, result = null
  where id = ? returning key, generation, epoch`

interface Resubmit {
  readonly values: ReadonlyArray<string | number | null>
  readonly isDriven: boolean
  readonly nowMs: number
}

/** The id is taken. */
const resubmit = (
  db: Database,
  item: Submit,
  { isDriven, nowMs, values }: Resubmit
): SubmitAnswer => {
  if (item.onConflict === "keep") {
    const old = db.one("select generation, status, workflow from run where id = ?", item.id)
    const status = old?.["status"] as Status
    const workflow = String(old?.["workflow"])
    return { _tag: "Existing", generation: Number(old?.["generation"]), status, workflow }
  }
  // The old run's driver finds a higher epoch and stops; what was sent to it is not for the new run.
  const run = db.one(replaceRun, ...values)
  const key = Number(run?.["key"])
  db.run("update input set value = ? where run = ?", item.input, key)
  db.run("delete from strand where run = ?", key)
  db.run("delete from signal where run = ?", item.id)
  db.run("delete from signal_key where run = ?", item.id)
  return {
    _tag: "Submitted",
    generation: Number(run?.["generation"]),
    epoch: isDriven ? Number(run?.["epoch"]) : null,
    atMs: nowMs,
    step: noteReplaced(db, key, nowMs),
    signals: [],
    sent: 0
  }
}

const noteReplaced = (db: Database, key: number, nowMs: number): number => {
  const step = lastStep(db, key) + 1
  const events = JSON.stringify([{ _tag: "RunReplaced", atMs: nowMs }])
  db.run(putHistory, key, step, events)
  return step
}

const lastStep = (db: Database, key: number): number =>
  Number(db.one("select coalesce(max(step), 0) as step from history where run = ?", key)?.["step"])

export const signalsOf = (db: Database, id: string): ReadonlyArray<Signal<Text>> =>
  db.all("select seq, name, payload from signal where run = ? order by seq", id).map((row) => ({
    seq: Number(row["seq"]),
    name: String(row["name"]),
    payload: String(row["payload"])
  }))

const checkpoint = (db: Database, asked: Checkpoint, nowMs: number): CheckpointAnswer => {
  const run = db.fences.get(asked.id) ?? db.one(selectFence, asked.id)
  if (run === undefined || run["epoch"] !== asked.epoch) return { _tag: "Fenced" }
  const key = Number(run["key"])
  const sent = Number(run["sent"])
  const request = toRequest(run["request"])
  const item = settled(asked, request)
  const answer = { _tag: "Stored", sent, request } as const
  if (run["status"] !== "running") {
    // The claim has ended: with this very step, whose answer was lost, or before it.
    return hasStep(db, key, item.step) ? answer : { _tag: "Fenced" }
  }
  // Each step has its row, also when nothing happened in it: a repeat is known by it.
  if (db.run(putHistory, key, item.step, JSON.stringify(item.events)) === 0) return answer
  moveStrands(db, key, item)
  for (const seq of item.consumed) {
    db.run("delete from signal where seq = ? and run = ?", seq, item.id)
  }
  const seen = Number(run["seen"])
  follow(db, key, item, { sent, seen, request, nowMs })
  // The step after this one finds the fence without a read: most steps only move a strand.
  if (item.next._tag === "Continue")
    db.fences.set(item.id, { ...run, seen: Math.max(seen, item.seen) })
  else db.fences.delete(item.id)
  return answer
}

const selectFence = "select key, epoch, sent, seen, status, request from run where id = ?"

const putHistory = "insert into history (run, step, events) values (?, ?, ?) on conflict do nothing"

const hasStep = (db: Database, key: number, step: number): boolean =>
  db.one("select 1 from history where run = ? and step = ?", key, step) !== undefined

const moveStrands = (db: Database, key: number, item: Checkpoint): void => {
  for (const prefix of item.joined) {
    // "0" is the character after "/": the range holds exactly the ids that start with the prefix and a slash.
    db.run(
      "delete from strand where run = ? and id >= ? and id < ?",
      key,
      `${prefix}/`,
      `${prefix}0`
    )
  }
  const ends = item.next._tag === "Finish" && item.next.status === "completed"
  // Ids are ASCII, and "~" is the last of it: what outlives the run stands behind all others.
  if (ends) db.run("delete from strand where run = ? and id < '~~'", key)
  for (const { failures, id, indices, node, sinceMs, value, wakeAtMs } of item.strands) {
    if (ends && !outlivesRun(id)) continue
    const rounds = indices.length === 0 ? null : indices.join(".")
    db.run(putStrand, key, id, node, sinceMs, failures, wakeAtMs, rounds, value)
  }
}

const putStrand = `insert into strand (run, id, node, since, failures, wake_at, indices, value)
  values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set node = excluded.node, since = excluded.since,
  failures = excluded.failures, wake_at = excluded.wake_at, indices = excluded.indices,
  value = excluded.value`

interface Found {
  readonly sent: number
  readonly seen: number
  readonly request: Request | null
  readonly nowMs: number
}

const follow = (db: Database, key: number, item: Checkpoint, found: Found): void => {
  const { next, seen } = item
  switch (next._tag) {
    case "Continue":
      if (seen > found.seen) db.run("update run set seen = ? where key = ?", seen, key)
      return
    case "Park":
      return park(db, key, next, { ...found, seen })
    case "Release":
      db.run(
        "update run set status = 'queued', run_at = ?, seen = ?, updated_at = ? where key = ?",
        found.nowMs,
        seen,
        found.nowMs,
        key
      )
      return
    case "Finish":
      db.run(
        `update run set status = ?, result = ?, run_at = null, request = null, waits = null, seen = ?,
         updated_at = ? where key = ?`,
        next.status,
        next.result,
        seen,
        found.nowMs,
        key
      )
  }
}

/** The counter decides: what was sent since the driver looked makes the run claimable at once, unless it is paused. */
const park = (
  db: Database,
  key: number,
  next: Extract<Next, { _tag: "Park" }>,
  { nowMs, request, seen, sent }: Found
): void => {
  const isPaused = next.status === "paused"
  db.run(
    `update run set status = ?, run_at = ?, waits = ?, seen = ?, updated_at = ?, request = ? where key = ?`,
    next.status,
    isPaused ? null : sent > seen ? nowMs : next.wakeAtMs,
    next.waits.length === 0 ? null : JSON.stringify(next.waits),
    seen,
    nowMs,
    isPaused || request === null ? null : JSON.stringify(request),
    key
  )
}

const send = (db: Database, item: Send, nowMs: number): SendAnswer => {
  const run = db.one("select key, status from run where id = ?", item.id)
  if (run === undefined && !item.keep) return { _tag: "Unknown" }
  const status = run?.["status"] as Status | undefined
  if (status !== undefined && isFinished(status)) return { _tag: "Finished", status }
  if (item.key !== null && isRepeat(db, item.id, item.key)) return { _tag: "Sent", isRepeat: true }
  db.run(
    "insert into signal (run, name, payload) values (?, ?, ?)",
    item.id,
    item.name,
    item.payload
  )
  if (run !== undefined) {
    db.run(
      `update run set sent = sent + 1,
       run_at = case when status in ('parked', 'blocked') then min(coalesce(run_at, ?), ?) else run_at end
       where key = ?`,
      nowMs,
      nowMs,
      run["key"] ?? null
    )
  }
  return { _tag: "Sent", isRepeat: false }
}

const isRepeat = (db: Database, id: string, key: string): boolean =>
  db.run("insert into signal_key (run, key) values (?, ?) on conflict do nothing", id, key) === 0
