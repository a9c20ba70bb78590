// What changes runs, as statements inside one transaction. Each function answers one item of a batch.
// A step that only moves a strand does not write the run's row: it reads the fence there and writes the strand.
import type {
  Checkpoint,
  CheckpointAnswer,
  Control,
  ControlAnswer,
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
import type { Signal } from "../../run/Snapshot.ts"
import { type FinishedStatus, isFinished, type Status } from "../../run/Status.ts"
import type { Database, Row } from "./Database.ts"

export const apply = (db: Database, write: Write, nowMs: number): Answer => {
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
  db.one("select epoch from lease where partition = ?", lease.partition)?.["epoch"] === lease.epoch

const submit = (db: Database, item: Submit, nowMs: number): SubmitAnswer => {
  const old = db.one("select key, generation, status, epoch from run where id = ?", item.id)
  if (old !== undefined && item.onConflict === "keep") {
    const status = old["status"] as Status
    return { _tag: "Existing", generation: Number(old["generation"]), status }
  }
  const isDriven = item.lease !== null && item.startAtMs === null && holds(db, item.lease)
  const epoch = Number(old?.["epoch"] ?? 0) + 1
  const generation = Number(old?.["generation"] ?? 0) + 1
  const signals = old === undefined ? signalsOf(db, item.id) : []
  const values = [
    generation,
    item.workflow,
    definitionKey(db, item.definition),
    isDriven ? "running" : "queued",
    epoch,
    isDriven ? null : (item.startAtMs ?? nowMs),
    signals.length,
    nowMs,
    nowMs,
    item.tags.length === 0 ? null : JSON.stringify(item.tags),
    item.id
  ]
  if (old === undefined) db.run(insertRun, ...values)
  else replace(db, item, old, values)
  db.run(
    "insert into input (run, value) select key, ? from run where id = ? on conflict do update set value = excluded.value",
    item.input,
    item.id
  )
  return {
    _tag: "Submitted",
    generation,
    epoch: isDriven ? epoch : null,
    atMs: nowMs,
    step: old === undefined ? 0 : noteReplaced(db, Number(old["key"]), nowMs),
    signals,
    sent: signals.length
  }
}

const insertRun = `insert into run (generation, workflow, definition, status, epoch, run_at, sent,
  started_at, updated_at, tags, id, seen) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`

const replaceRun = `update run set generation = ?, workflow = ?, definition = ?, status = ?, epoch = ?,
  run_at = ?, sent = ?, started_at = ?, updated_at = ?, tags = ?, seen = 0, request = null, waits = null,
  result = null where id = ?`

/** The old run's driver finds a higher epoch and stops; what was sent to it is not for the new run. */
const replace = (
  db: Database,
  item: Submit,
  old: Row,
  values: ReadonlyArray<string | number | null>
): void => {
  db.run(replaceRun, ...values)
  db.run("delete from strand where run = ?", old["key"] ?? null)
  db.run("delete from signal where run = ?", item.id)
  db.run("delete from signal_key where run = ?", item.id)
}

const noteReplaced = (db: Database, key: number, nowMs: number): number => {
  const step = lastStep(db, key) + 1
  const events = JSON.stringify([{ _tag: "RunReplaced", atMs: nowMs }])
  db.run("insert into history (run, step, events) values (?, ?, ?)", key, step, events)
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

const definitionKey = (db: Database, hash: string): number => {
  const key = db.one("select key from definition where hash = ?", hash)?.["key"]
  if (key === undefined) throw new Error(`definition ${hash} has not been stored`)
  return Number(key)
}

const checkpoint = (db: Database, item: Checkpoint, nowMs: number): CheckpointAnswer => {
  const run = db.one("select key, epoch, sent, seen, status, request from run where id = ?", item.id)
  if (run === undefined || run["epoch"] !== item.epoch) return { _tag: "Fenced" }
  const key = Number(run["key"])
  const sent = Number(run["sent"])
  const request = toRequest(run["request"])
  const answer = { _tag: "Stored", sent, request } as const
  // The same claim cannot have ended its run before: this is the repeat of a lost answer.
  if (run["status"] !== "running") return answer
  moveStrands(db, key, item)
  for (const seq of item.consumed) db.run("delete from signal where seq = ?", seq)
  if (item.events.length > 0) {
    db.run(
      "insert into history (run, step, events) values (?, ?, ?) on conflict do nothing",
      key,
      item.step,
      JSON.stringify(item.events)
    )
  }
  follow(db, key, item, { sent, seen: Number(run["seen"]), request, nowMs })
  return answer
}

const moveStrands = (db: Database, key: number, item: Checkpoint): void => {
  for (const prefix of item.joined) {
    // "0" is the character after "/": the range holds exactly the ids that start with the prefix and a slash.
    db.run("delete from strand where run = ? and id >= ? and id < ?", key, `${prefix}/`, `${prefix}0`)
  }
  if (item.next._tag === "Finish" && item.next.status === "completed") {
    db.run("delete from strand where run = ?", key)
    return
  }
  for (const { failures, id, node, sinceMs, value, wakeAtMs } of item.strands) {
    db.run(putStrand, key, id, node, sinceMs, failures, wakeAtMs, value)
  }
}

const putStrand = `insert into strand (run, id, node, since, failures, wake_at, value)
  values (?, ?, ?, ?, ?, ?, ?) on conflict do update set node = excluded.node, since = excluded.since,
  failures = excluded.failures, wake_at = excluded.wake_at, value = excluded.value`

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

/**
 * The counter decides: what was sent since the driver looked makes the run claimable at once. A paused run is
 * claimable only when something else than the pause that it carries out is asked of it.
 */
const park = (
  db: Database,
  key: number,
  next: Extract<Next, { _tag: "Park" }>,
  { nowMs, request, seen, sent }: Found
): void => {
  const isPaused = next.status === "paused"
  const isStillPaused = isPaused && request?.intent === "pause"
  const isCalledBack = isPaused ? !isStillPaused : sent > seen
  const isKept = request !== null && !isStillPaused
  db.run(
    `update run set status = ?, run_at = ?, waits = ?, seen = ?, updated_at = ?, request = ? where key = ?`,
    next.status,
    isCalledBack ? nowMs : isPaused ? null : next.wakeAtMs,
    next.waits.length === 0 ? null : JSON.stringify(next.waits),
    seen,
    nowMs,
    isKept ? JSON.stringify(request) : null,
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
       run_at = case when status in ('parked', 'blocked') then ? else run_at end where key = ?`,
      nowMs,
      run["key"] ?? null
    )
  }
  return { _tag: "Sent", isRepeat: false }
}

const isRepeat = (db: Database, id: string, key: string): boolean =>
  db.run("insert into signal_key (run, key) values (?, ?) on conflict do nothing", id, key) === 0

const control = (db: Database, item: Control, nowMs: number): ControlAnswer => {
  const run = db.one("select key, status, request from run where id = ?", item.id)
  if (run === undefined) return { _tag: "Unknown" }
  const status = run["status"] as Status
  if (isFinished(status)) return repeatOrFinished(status, item)
  const request = toRequest(run["request"])?.intent ?? null
  if (item.intent !== "cancel" && request === "cancel") return { _tag: "Accepted" }
  if (item.intent === request || (item.intent === "pause" && status === "paused")) {
    return { _tag: "Accepted" }
  }
  if (item.intent === "resume" && request === null && status !== "paused") return { _tag: "Accepted" }
  const { by, intent, reason } = item
  db.run(
    `update run set sent = sent + 1, request = ?, run_at = case when status = 'running' then run_at else ? end
     where key = ?`,
    intent === "resume" ? null : JSON.stringify({ intent, reason, by }),
    nowMs,
    run["key"] ?? null
  )
  return { _tag: "Accepted" }
}

const repeatOrFinished = (status: FinishedStatus, item: Control): ControlAnswer =>
  status === "cancelled" && item.intent === "cancel"
    ? { _tag: "Accepted" }
    : { _tag: "Finished", status }

/** What `control` has written. */
export const toRequest = (column: Row[string] | undefined): Request | null =>
  // Written by `control` above, and by nobody else.
  typeof column === "string" ? (JSON.parse(column) as Request) : null
