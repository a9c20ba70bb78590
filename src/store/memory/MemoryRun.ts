// A run as the memory store holds it, and how each write changes it: the contract in its plainest form.
import type { HistoryEvent } from "../../run/History.ts"
import type { Signal, StoredStrand } from "../../run/Snapshot.ts"
import { isFinished, type Status, type Wait } from "../../run/Status.ts"
import { type StrandId, trunk } from "../../run/Strand.ts"
import type {
  Checkpoint,
  CheckpointAnswer,
  Claimed,
  Control,
  ControlAnswer,
  Next,
  Request,
  Run,
  Submit,
  Text
} from "../Store.ts"

export interface MemoryRun {
  readonly id: string
  generation: number
  workflow: string
  definition: string
  status: Status
  epoch: number
  step: number
  runAtMs: number | null
  sent: number
  seen: number
  startedAtMs: number
  updatedAtMs: number
  tags: ReadonlyArray<string>
  input: Text
  request: Request | null
  waits: ReadonlyArray<Wait>
  result: Text | null
  readonly strands: Map<StrandId, StoredStrand<Text>>
  readonly history: Array<HistoryEvent>
}

/** The run that `item` starts: driven by its caller when `isDriven`, else claimable when it is due. */
export const started = (
  item: Submit,
  old: MemoryRun | undefined,
  at: { readonly nowMs: number; readonly isDriven: boolean; readonly sent: number }
): MemoryRun => ({
  id: item.id,
  generation: (old?.generation ?? 0) + 1,
  workflow: item.workflow,
  definition: item.definition,
  status: at.isDriven ? "running" : "queued",
  epoch: (old?.epoch ?? 0) + 1,
  step: old?.step ?? 0,
  runAtMs: at.isDriven ? null : (item.startAtMs ?? at.nowMs),
  sent: at.sent,
  seen: 0,
  startedAtMs: at.nowMs,
  updatedAtMs: at.nowMs,
  tags: item.tags,
  input: item.input,
  request: null,
  waits: [],
  result: null,
  strands: new Map(),
  history: old === undefined ? [] : [...old.history, { _tag: "RunReplaced", atMs: at.nowMs }]
})

/** `take` removes signals from the run's buffer. */
export const checkpoint = (
  run: MemoryRun,
  item: Checkpoint,
  { nowMs, take }: { readonly nowMs: number; readonly take: (seqs: ReadonlyArray<number>) => void }
): CheckpointAnswer => {
  if (run.epoch !== item.epoch) return { _tag: "Fenced" }
  const answer = { _tag: "Stored", sent: run.sent, request: run.request } as const
  // The same claim cannot have ended its run before: this is the repeat of a lost answer.
  if (run.status !== "running" || item.step <= run.step) return answer
  for (const prefix of item.joined) {
    for (const id of run.strands.keys()) if (id.startsWith(`${prefix}/`)) run.strands.delete(id)
  }
  for (const strand of item.strands) run.strands.set(strand.id, strand)
  take(item.consumed)
  run.step = item.step
  run.history.push(...item.events)
  run.seen = Math.max(run.seen, item.seen)
  follow(run, item.next, nowMs)
  return answer
}

const follow = (run: MemoryRun, next: Next, nowMs: number): void => {
  switch (next._tag) {
    case "Continue":
      return
    case "Park":
      return park(run, next, nowMs)
    case "Release":
      Object.assign(run, { status: "queued", runAtMs: nowMs, updatedAtMs: nowMs })
      return
    case "Finish":
      if (next.status === "completed") run.strands.clear()
      Object.assign(run, {
        status: next.status,
        result: next.result,
        runAtMs: null,
        request: null,
        waits: [],
        updatedAtMs: nowMs
      })
  }
}

const park = (run: MemoryRun, next: Extract<Next, { _tag: "Park" }>, nowMs: number): void => {
  const isPaused = next.status === "paused"
  const isStillPaused = isPaused && run.request?.intent === "pause"
  const isCalledBack = isPaused ? !isStillPaused : run.sent > run.seen
  run.status = next.status
  run.waits = next.waits
  run.updatedAtMs = nowMs
  run.runAtMs = isCalledBack ? nowMs : isPaused ? null : next.wakeAtMs
  if (isStillPaused) run.request = null
}

export const control = (run: MemoryRun, item: Control, nowMs: number): ControlAnswer => {
  if (isFinished(run.status)) {
    return run.status === "cancelled" && item.intent === "cancel"
      ? { _tag: "Accepted" }
      : { _tag: "Finished", status: run.status }
  }
  const asked = run.request?.intent ?? null
  const isDone =
    (item.intent !== "cancel" && asked === "cancel") ||
    item.intent === asked ||
    (item.intent === "pause" && run.status === "paused") ||
    (item.intent === "resume" && asked === null && run.status !== "paused")
  if (isDone) return { _tag: "Accepted" }
  const { by, intent, reason } = item
  run.sent += 1
  run.request = intent === "resume" ? null : { intent, reason, by }
  if (run.status !== "running") run.runAtMs = nowMs
  return { _tag: "Accepted" }
}

export const claimed = (run: MemoryRun, signals: ReadonlyArray<Signal<Text>>): Claimed => {
  const wasPaused = run.status === "paused"
  run.status = "running"
  run.runAtMs = null
  run.epoch += 1
  run.seen = run.sent
  run.waits = []
  return {
    id: run.id,
    generation: run.generation,
    epoch: run.epoch,
    step: run.step,
    workflow: run.workflow,
    definition: run.definition,
    input: run.input,
    startedAtMs: run.startedAtMs,
    trunk: run.strands.get(trunk) ?? null,
    branches: [...run.strands.values()].filter((strand) => strand.id !== trunk),
    signals,
    sent: run.sent,
    request: run.request,
    wasPaused
  }
}

export const toRun = (run: MemoryRun): Run => ({
  id: run.id,
  generation: run.generation,
  workflow: run.workflow,
  definition: run.definition,
  status: run.status,
  tags: run.tags,
  startedAtMs: run.startedAtMs,
  updatedAtMs: run.updatedAtMs,
  waits: run.waits,
  request: run.request,
  result: run.result
})
