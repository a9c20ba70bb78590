// Runs in memory, for tests and for work that may end with the process. Engines that share one store value
// share its runs. The same contract as every store: what it cannot do is survive.
import * as Effect from "effect/Effect"
import { type Signal } from "../../run/Snapshot.ts"
import { publishedId } from "../../run/Note.ts"
import { isFinished } from "../../run/Status.ts"
import { purgeLagMs } from "../Store.ts"
import type {
  Answer,
  Lease,
  Leases,
  Query,
  Send,
  SendAnswer,
  Store,
  Submit,
  SubmitAnswer,
  Text,
  Write
} from "../Store.ts"
import * as MemoryRun from "./MemoryRun.ts"

interface Buffer {
  readonly keys: Set<string>
  signals: Array<Signal<Text>>
}

interface State {
  readonly runs: Map<string, MemoryRun.MemoryRun>
  readonly buffers: Map<string, Buffer>
  readonly definitions: Map<string, string>
  readonly listeners: Set<() => void>
  lease: { epoch: number; owner: string; expiresAtMs: number }
  seq: number
}

export const make = (): Store => {
  const state: State = {
    runs: new Map(),
    buffers: new Map(),
    definitions: new Map(),
    listeners: new Set(),
    lease: { epoch: 0, owner: "", expiresAtMs: 0 },
    seq: 0
  }
  const timed = <A>(body: (nowMs: number) => A) =>
    Effect.clockWith((clock) => Effect.sync(() => body(clock.currentTimeMillisUnsafe())))
  return {
    partitions: 1,
    partitionOf: () => 0,
    now: Effect.clockWith((clock) => clock.currentTimeMillis),
    define: (definitions) =>
      Effect.sync(() => {
        for (const { hash, json } of definitions) state.definitions.set(hash, json)
      }),
    definition: (hash) => Effect.sync(() => state.definitions.get(hash) ?? null),
    write: (batch) =>
      timed((nowMs) => {
        const answers = batch.map((item) => apply(state, item, nowMs))
        for (const listener of state.listeners) listener()
        return answers
      }),
    claim: (held, max) => timed((nowMs) => claim(state, held, { max, nowMs })),
    nextDueMs: () => Effect.sync(() => nextDueMs(state)),
    news: (held) => Effect.sync(() => news(state, held)),
    get: (id) =>
      Effect.sync(() => {
        const run = state.runs.get(id)
        return run === undefined ? null : MemoryRun.toRun(run)
      }),
    list: (query) => Effect.sync(() => list(state, query)),
    published: (id) =>
      Effect.sync(() => state.runs.get(id)?.strands.get(publishedId)?.value ?? null),
    history: (id) => Effect.sync(() => [...(state.runs.get(id)?.history ?? [])]),
    purge: (beforeMs, max) =>
      timed((nowMs) => purge(state, Math.min(beforeMs, nowMs - purgeLagMs), max)),
    changes: (listener) =>
      Effect.acquireRelease(
        Effect.sync(() => state.listeners.add(listener)),
        () => Effect.sync(() => state.listeners.delete(listener))
      ),
    leases: leases(state, timed)
  }
}

const apply = (state: State, item: Write, nowMs: number): Answer => {
  if (item._tag === "Submit") return submit(state, item, nowMs)
  if (item._tag === "Send") return send(state, item, nowMs)
  const run = state.runs.get(item.id)
  if (item._tag === "Checkpoint") {
    if (run === undefined) return { _tag: "Fenced" }
    return MemoryRun.checkpoint(run, item, { nowMs, take: (seqs) => take(state, item.id, seqs) })
  }
  return run === undefined ? { _tag: "Unknown" } : MemoryRun.control(run, item, nowMs)
}

const submit = (state: State, item: Submit, nowMs: number): SubmitAnswer => {
  const old = state.runs.get(item.id)
  if (old !== undefined && item.onConflict === "keep") {
    const { generation, status, workflow } = old
    return { _tag: "Existing", generation, status, workflow }
  }
  // What was sent to the run that ends here is not for the one that starts.
  if (old !== undefined) state.buffers.delete(item.id)
  const signals = [...(state.buffers.get(item.id)?.signals ?? [])]
  const sent = signals.length
  const isDriven = item.lease !== null && item.startAtMs === null && holds(state, item.lease)
  const run = MemoryRun.started(item, old, { nowMs, isDriven, sent })
  state.runs.set(item.id, run)
  const epoch = isDriven ? run.epoch : null
  const { generation, step } = run
  return { _tag: "Submitted", generation, epoch, atMs: nowMs, step, signals, sent }
}

const send = (state: State, item: Send, nowMs: number): SendAnswer => {
  const run = state.runs.get(item.id)
  if (run === undefined && !item.keep) return { _tag: "Unknown" }
  if (run !== undefined && isFinished(run.status)) return { _tag: "Finished", status: run.status }
  const buffer = state.buffers.get(item.id) ?? { keys: new Set(), signals: [] }
  if (item.key !== null && buffer.keys.has(item.key)) return { _tag: "Sent", isRepeat: true }
  if (item.key !== null) buffer.keys.add(item.key)
  state.seq += 1
  buffer.signals.push({ seq: state.seq, name: item.name, payload: item.payload })
  state.buffers.set(item.id, buffer)
  if (run !== undefined) {
    run.sent += 1
    if (run.status === "parked" || run.status === "blocked") MemoryRun.wake(run, nowMs)
  }
  return { _tag: "Sent", isRepeat: false }
}

const take = (state: State, id: string, seqs: ReadonlyArray<number>): void => {
  const buffer = state.buffers.get(id)
  if (buffer === undefined || seqs.length === 0) return
  buffer.signals = buffer.signals.filter(({ seq }) => !seqs.includes(seq))
}

const holds = (state: State, lease: Lease): boolean => state.lease.epoch === lease.epoch

const holdsAny = (state: State, held: ReadonlyArray<Lease>): boolean =>
  held.some((lease) => holds(state, lease))

const claim = (
  state: State,
  held: ReadonlyArray<Lease>,
  { max, nowMs }: { readonly max: number; readonly nowMs: number }
) => {
  if (!holdsAny(state, held)) return []
  return [...state.runs.values()]
    .filter((run) => run.runAtMs !== null && run.runAtMs <= nowMs)
    .toSorted((a, b) => a.runAtMs! - b.runAtMs!)
    .slice(0, max)
    .map((run) => MemoryRun.claimed(run, [...(state.buffers.get(run.id)?.signals ?? [])], nowMs))
}

const nextDueMs = (state: State): number | null => {
  let due: number | null = null
  for (const { runAtMs } of state.runs.values()) {
    if (runAtMs !== null && (due === null || runAtMs < due)) due = runAtMs
  }
  return due
}

const news = (state: State, held: ReadonlyArray<Lease>) =>
  holdsAny(state, held)
    ? [...state.runs.values()]
        .filter((run) => run.status === "running" && run.sent > run.seen)
        .map(({ id, request, sent }) => ({
          id,
          sent,
          request,
          signals: [...(state.buffers.get(id)?.signals ?? [])]
        }))
    : []

const list = (state: State, query: Query) =>
  [...state.runs.values()]
    .filter(
      ({ id, status, tags, workflow }) =>
        (query.after === null || isAfter(id, query.after)) &&
        (query.workflow === null || workflow === query.workflow) &&
        (query.status === null || status === query.status) &&
        (query.tag === null || tags.includes(query.tag))
    )
    .toSorted((a, b) => (isAfter(a.id, b.id) ? 1 : -1))
    .slice(0, query.limit)
    .map(MemoryRun.toRun)

/** Bytewise, as databases order text: JavaScript's own order differs beyond the basic plane. */
const isAfter = (a: string, b: string): boolean =>
  Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0

const purge = (state: State, beforeMs: number, max: number): number => {
  const ended = [...state.runs.values()]
    .filter((run) => isFinished(run.status) && run.updatedAtMs < beforeMs)
    .slice(0, max)
  for (const { id } of ended) {
    state.runs.delete(id)
    state.buffers.delete(id)
  }
  return ended.length
}

const leases = (
  state: State,
  timed: <A>(body: (nowMs: number) => A) => Effect.Effect<A>
): Leases => ({
  take: (partition, owner, ttlMs) =>
    timed((nowMs) => {
      if (state.lease.expiresAtMs > nowMs && state.lease.owner !== owner.id) return null
      state.lease = { epoch: state.lease.epoch + 1, owner: owner.id, expiresAtMs: nowMs + ttlMs }
      for (const run of state.runs.values()) {
        if (run.status === "running") {
          const { epoch } = run
          Object.assign(run, {
            status: "queued",
            epoch: epoch + 1,
            runAtMs: nowMs,
            updatedAtMs: nowMs
          })
        } else if (run.status === "blocked") MemoryRun.wake(run, nowMs)
      }
      return { partition, owner: owner.id, epoch: state.lease.epoch }
    }),
  renew: (lease, ttlMs) =>
    timed((nowMs) => {
      if (!holds(state, lease) || state.lease.expiresAtMs === 0) return false
      state.lease.expiresAtMs = nowMs + ttlMs
      return true
    }),
  release: (lease) =>
    Effect.sync(() => {
      if (holds(state, lease)) state.lease.expiresAtMs = 0
    })
})
