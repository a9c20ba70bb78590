// The process of one cell: node child.ts '<json>'.
import path from "node:path"
import { Engine, sqlite } from "onward"
import { type Cell, type Outcome, parkedLine } from "./Cell.ts"
import { effectProgram } from "./limits/EffectProgram.ts"
import { sqliteRows } from "./limits/SqliteRows.ts"
import * as Meters from "./Meters.ts"
import { engine, gate, inProcess } from "./Subject.ts"
import type { StartRun, System } from "./System.ts"

const systems: Readonly<Record<string, (folder: string) => System>> = {
  "effect:policy": effectProgram,
  "sqlite:tx": (folder) => sqliteRows("tx", folder),
  "sqlite:group": (folder) => sqliteRows("group", folder),
  onward: inProcess,
  "onward:memory": (folder) => engine("memory", folder),
  "onward:sqlite": (folder) => engine("sqlite", folder)
}

const runId = "parked-run"

/** Runs started so far: an id is never used twice. */
let started = 0

/** A closed loop of `atOnce` clients. */
const drive = async (start: StartRun, atOnce: number, seconds: number) => {
  const latencies: Array<number> = []
  const lags: Array<number> = []
  const untilMs = performance.now() + seconds * 1_000
  const client = async () => {
    while (performance.now() < untilMs) {
      const startMs = performance.now()
      started += 1
      await start(`run-${started}`)
      const endMs = performance.now()
      latencies.push(endMs - startMs)
      lags.push(endMs - Meters.commits.lastAtMs)
      // A system that never waits would keep timers from running.
      if (latencies.length % 256 === 0) await new Promise(setImmediate)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  return { latencies, lags }
}

const measure = async ({ atOnce, folder, seconds, size, system, work }: Cell): Promise<Outcome> => {
  const opened = systems[system]?.(folder)
  if (opened === undefined) throw new Error(`no system is called '${system}'`)
  const start = await (work === "fork" ? opened.fork(size) : opened.linear(size))
  await drive(start, atOnce, seconds)
  Meters.commits.tookMs = []
  const read = Meters.start()
  const { lags, latencies } = await drive(start, atOnce, seconds)
  const { bytes, commits, cpuUs, elapsedMs } = read()
  await opened.close()
  const steps = latencies.length * size
  const { tookMs } = Meters.commits
  return {
    steps,
    stepsPerSecond: (steps / elapsedMs) * 1_000,
    cpuUsPerStep: cpuUs / steps,
    p50Ms: Meters.median(latencies),
    commitsPerStep: commits / steps,
    bytesPerStep: bytes === null ? null : bytes / steps,
    commitP50Ms: tookMs.length === 0 ? null : Meters.median(tookMs),
    resultLagP50Ms: tookMs.length === 0 ? null : Meters.median(lags),
    recoverMs: null
  }
}

/** Leaves a parked run behind and waits to be killed. */
const park = async ({ folder, size }: Cell): Promise<void> => {
  const workflow = gate(size, () => {})
  const opened = await Engine.open({
    store: sqlite(path.join(folder, "runs.db")),
    workflows: [workflow]
  })
  const handle = await opened.start(workflow, 0, { id: runId })
  while ((await handle.status()).status !== "parked")
    await new Promise((done) => setTimeout(done, 5))
  process.stdout.write(`${parkedLine}\n`)
}

const recover = async ({ folder, size }: Cell): Promise<number> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const workflow = gate(size, resolve)
  const startMs = performance.now()
  const opened = await Engine.open({
    store: sqlite(path.join(folder, "runs.db")),
    workflows: [workflow]
  })
  await opened.signal(runId, "go", 1)
  await promise
  const tookMs = performance.now() - startMs
  await opened.close()
  return tookMs
}

// The parent writes the cell.
const cell = JSON.parse(process.argv[2] ?? "{}") as Cell
Meters.watchCommits()
if (cell.work === "park") await park(cell)
else {
  const outcome = cell.work === "recover" ? { recoverMs: await recover(cell) } : await measure(cell)
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
}
