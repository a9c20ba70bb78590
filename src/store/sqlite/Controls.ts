// What is asked of a run: one intent in its row, until its driver has carried it out.
import { type FinishedStatus, isFinished, type Status } from "../../run/Status.ts"
import type { Control, ControlAnswer, Request } from "../Store.ts"
import type { Database, Row } from "./Database.ts"

export const control = (db: Database, item: Control, nowMs: number): ControlAnswer => {
  const run = db.one("select key, status, request from run where id = ?", item.id)
  if (run === undefined) return { _tag: "Unknown" }
  const key = run["key"] ?? null
  const status = run["status"] as Status
  if (isFinished(status)) return repeatOrFinished(status, item)
  const { by, intent, reason } = item
  const asked = toRequest(run["request"])?.intent ?? null
  if (asked === "cancel" || intent === asked) return { _tag: "Accepted" }
  if (intent === "resume" && asked === null && status !== "paused") return { _tag: "Accepted" }
  if (intent === "pause" && status === "paused") {
    // Also when `resume` has just made it claimable: the later word counts.
    db.run("update run set run_at = null where key = ?", key)
    return { _tag: "Accepted" }
  }
  const request = intent === "resume" ? null : JSON.stringify({ intent, reason, by })
  db.run("update run set sent = sent + 1, request = ? where key = ?", request, key)
  // A run that has not begun is paused when its time comes: nothing makes it begin earlier.
  const wakes = status !== "running" && (status !== "queued" || intent === "cancel")
  if (wakes) db.run(wake, nowMs, nowMs, key)
  return { _tag: "Accepted" }
}

/** A run that has been due for longer keeps its place. */
const wake = "update run set run_at = min(coalesce(run_at, ?), ?) where key = ?"

const repeatOrFinished = (status: FinishedStatus, item: Control): ControlAnswer =>
  status === "cancelled" && item.intent === "cancel"
    ? { _tag: "Accepted" }
    : { _tag: "Finished", status }

/** What `control` has written. */
export const toRequest = (column: Row[string] | undefined): Request | null =>
  // Written by `control` above, and by nobody else.
  typeof column === "string" ? (JSON.parse(column) as Request) : null
