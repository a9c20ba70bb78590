// A run as the memory store holds it, and how each write changes it: the contract in its plainest form.
import { outlivesRun } from "../../run/Note.ts"
import type { HistoryEvent } from "../../run/History.ts"
import type { Signal, StoredStrand } from "../../run/Snapshot.ts"
import { isFinished, type Status, type Wait } from "../../run/Status.ts"
import { type StrandId, trunk } from "../../run/Strand.ts"
import { settled } from "../Pausing.ts"
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
  // From the clock on, so that a run which takes the id of a purged one never meets the other's token.
  epoch: (old?.epoch ?? at.nowMs) + 1,
  step: old === undefined ? 0 : old.step + 1,
  runAtMs: at.isDriven ? null : (item.startAtMs ?? at.nowMs),
  sent: at.sent,
  seen: at.sent,
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
  asked: Checkpoint,
  { nowMs, take }: { readonly nowMs: number; readonly take: (seqs: ReadonlyArray<number>) => void }
): CheckpointAnswer => {
  if (run.epoch !== asked.epoch) return { _tag: "Fenced" }
  const item = settled(asked, run.request)
  const answer = { _tag: "Stored", sent: run.sent, request: run.request } as const
  // The repeat of a lost answer.
  if (item.step <= run.step) return answer
  // The claim has ended with an earlier step.
  if (run.status !== "running") return { _tag: "Fenced" }
  for (const prefix of item.joined) {
    for (const id of run.strands.keys()) if (id.startsWith(`${prefix}/`)) run.strands.delete(id)
  }
  for (const strand of item.strands) run.strands.set(strand.id, strand)
  take(item.consumed)
  run.step = item.step
  run.history.push(...item.events)
  run.seen = Math.max(run.seen, item.seen)
  follow(run, item, nowMs)
  return answer
}

const follow = (run: MemoryRun, { next, seen }: Checkpoint, nowMs: number): void => {
  switch (next._tag) {
    case "Continue":
      return
    case "Park":
      return park(run, next, { nowMs, hasNews: run.sent > seen })
    case "Release":
      Object.assign(run, { status: "queued", runAtMs: nowMs, updatedAtMs: nowMs })
      return
    case "Finish":
      if (next.status === "completed") {
        for (const id of run.strands.keys()) if (!outlivesRun(id)) run.strands.delete(id)
      }
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

const park = (
  run: MemoryRun,
  next: Extract<Next, { _tag: "Park" }>,
  { hasNews, nowMs }: { readonly hasNews: boolean; readonly nowMs: number }
): void => {
  const isPaused = next.status === "paused"
  run.status = next.status
  run.waits = next.waits
  run.updatedAtMs = nowMs
  run.runAtMs = isPaused ? null : hasNews ? nowMs : next.wakeAtMs
  if (isPaused) run.request = null
}

export const control = (run: MemoryRun, item: Control, nowMs: number): ControlAnswer => {
  if (isFinished(run.status)) {
    return run.status === "cancelled" && item.intent === "cancel"
      ? { _tag: "Accepted" }
      : { _tag: "Finished", status: run.status }
  }
  const { by, intent, reason } = item
  const asked = run.request?.intent ?? null
  const isDone =
    asked === "cancel" ||
    intent === asked ||
    (intent === "resume" && asked === null && run.status !== "paused")
  if (isDone) return { _tag: "Accepted" }
  if (intent === "pause" && run.status === "paused") {
    // Also when `resume` has just made it claimable: the later word counts.
    run.runAtMs = null
    return { _tag: "Accepted" }
  }
  run.sent += 1
  run.request = intent === "resume" ? null : { intent, reason, by }
  // A run that has not begun is paused when its time comes: nothing makes it begin earlier.
  if (run.status !== "queued" || intent === "cancel") wake(run, nowMs)
  return { _tag: "Accepted" }
}

/** Makes a run that nobody drives claimable; one that has been due for longer keeps its place. */
export const wake = (run: MemoryRun, nowMs: number): void => {
  if (run.status !== "running") run.runAtMs = Math.min(run.runAtMs ?? nowMs, nowMs)
}

export const claimed = (
  run: MemoryRun,
  signals: ReadonlyArray<Signal<Text>>,
  nowMs: number
): Claimed => {
  const wasPaused = run.status === "paused"
  run.status = "running"
  run.updatedAtMs = nowMs
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
