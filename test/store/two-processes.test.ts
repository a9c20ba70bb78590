// Two real processes on one SQLite file. This one starts, signals, controls and waits; workers are children of it
// that are killed, stopped and closed. What ran is told by a log that every task appends to.
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { Engine, sqlite } from "../../src/index.ts"
import { asking, gateOf, type Order, plain, workflows } from "./fixtures/orders.ts"
import * as Folder from "./Folder.ts"

let folder = ""
let client: Engine
const workers = new Set<ChildProcess>()

const file = () => path.join(folder, "test.db")
const order = (text: string, packMs = 5): Order => ({ log: path.join(folder, "log"), text, packMs })

const spawnWorker = (leaseMs: number): ChildProcess => {
  const script = path.join(import.meta.dirname, "fixtures/worker.ts")
  const worker = fork(script, [file(), String(leaseMs)], {
    execArgv: ["--conditions=onward-source", "--disable-warning=ExperimentalWarning"]
  })
  workers.add(worker)
  return worker
}

/** A worker that has opened the file. The first is the owner, the next stands by. */
const startWorker = async (leaseMs = 10_000): Promise<ChildProcess> => {
  const worker = spawnWorker(leaseMs)
  const ended = once(worker, "exit").then(() => Promise.reject(new Error("a worker did not open")))
  await Promise.race([once(worker, "message"), ended])
  return worker
}

const kill = async (worker: ChildProcess): Promise<void> => {
  workers.delete(worker)
  worker.kill("SIGKILL")
  if (worker.exitCode === null && worker.signalCode === null) await once(worker, "exit")
}

/** As if the time of every lease had passed. */
const endLeases = () => {
  const db = new DatabaseSync(file())
  db.exec("update lease set expires_at = 1")
  db.close()
}

interface Call {
  readonly pid: number
  readonly runId: string
  readonly node: string
}

const calls = (): ReadonlyArray<Call> =>
  existsSync(order("").log)
    ? readFileSync(order("").log, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Call)
    : []

const callsOf = (runId: string, node: string): ReadonlyArray<Call> =>
  calls().filter((call) => call.runId === runId && call.node === node)

/** Waits until `body` does not throw: for what another process does in its own time. */
const eventually = (body: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(body, { timeout: 15_000, interval: 5 })

/** Tasks that are recorded as done. */
const recorded = async (runId: string): Promise<ReadonlyArray<string>> =>
  (await client.history(runId)).flatMap((event) =>
    event._tag === "TaskCompleted" ? [event.node] : []
  )

const startMany = (count: number, packMs: (at: number) => number) =>
  Promise.all(
    Array.from({ length: count }, (_, at) =>
      client.start(plain, order(`text ${at}`, packMs(at)), { id: `run-${at}` })
    )
  )

beforeEach(async () => {
  folder = Folder.make()
  client = await Engine.open({ store: sqlite(file(), { pollMs: 10 }), workflows, work: false })
})

afterEach(async () => {
  await Promise.all([...workers].map(kill))
  await client.close()
  Folder.remove(folder)
})

describe("two processes on one file", { timeout: 60_000 }, () => {
  it("share the work: one drives, the other starts, signals, controls and waits", async () => {
    const worker = await startWorker()
    const runs = await startMany(20, () => 1)
    const asked = await client.start(asking, order("asked"), { id: "asked" })
    const paused = await client.start(asking, order("paused"), { id: "paused" })
    const ended = await client.start(asking, order("ended"), { id: "ended" })
    await eventually(async () => expect((await asked.status()).status).toBe("parked"))
    await paused.pause()
    await eventually(async () => expect((await paused.status()).status).toBe("paused"))
    await paused.signal("go", order("resumed"))
    await asked.signal("go", order("answered"))
    await ended.cancel({ reason: "enough", by: "a test" })
    expect(await asked.result()).toEqual({ text: "ANSWERED", pid: worker.pid })
    await expect(ended.result()).rejects.toMatchObject({ _tag: "RunCancelled", reason: "enough" })
    expect((await paused.status()).status).toBe("paused")
    await paused.resume()
    expect(await paused.result()).toEqual({ text: "RESUMED", pid: worker.pid })
    for (const [at, run] of runs.entries()) {
      expect(await run.result()).toEqual({ text: `TEXT ${at}`, pid: worker.pid })
    }
    const seen = calls().map(({ node, runId }) => `${runId} ${node}`)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toHaveLength(20 * 3 + 2 * 3 + 1)
  })

  it("lose nothing when the owner is killed: the other takes over, and no recorded task runs again", async () => {
    const owner = await startWorker()
    const runs = await startMany(30, (at) => 20 + at * 15)
    await eventually(() => expect(calls().length).toBeGreaterThan(50))
    await kill(owner)
    const done = new Map<string, ReadonlyArray<string>>()
    for (const { id } of runs) done.set(id, await recorded(id))
    const other = await startWorker()
    const results = await Promise.all(runs.map((run) => run.result()))
    expect(results.map(({ text }) => text)).toEqual(runs.map((_, at) => `TEXT ${at}`))
    for (const { id } of runs) {
      for (const node of ["receive", "pack", "ship"]) {
        const [first, ...again] = callsOf(id, node).map(({ pid }) => pid)
        // Once; twice only what was in flight at the kill, first there and then here.
        const isRecorded = done.get(id)?.includes(node) === true
        expect(again, `${id} ${node}`).toEqual(
          first === owner.pid && !isRecorded ? [other.pid] : []
        )
      }
    }
    const tasks = [...done.values()].flat()
    expect(tasks.length).toBeGreaterThan(0)
    expect(tasks.length).toBeLessThan(90)
  })

  it("see that an owner is dead at once, not when its lease runs out", async () => {
    const owner = await startWorker(600_000)
    const other = await startWorker(600_000)
    const runs = await startMany(5, () => 300)
    await eventually(() => expect(calls().some(({ node }) => node === "pack")).toBe(true))
    expect(calls().every(({ pid }) => pid === owner.pid)).toBe(true)
    await kill(owner)
    const killedMs = performance.now()
    await eventually(() => expect(calls().some(({ pid }) => pid === other.pid)).toBe(true))
    // A second is what it takes on a machine that has nothing else to do.
    expect(performance.now() - killedMs).toBeLessThan(5_000)
    for (const run of runs) expect(await run.result()).toMatchObject({ pid: other.pid })
  })

  // With a long lease it would not look at it for minutes: there the fence alone keeps its checkpoint out.
  it.each([
    { what: "looks at its lease", leaseMs: 1_500 },
    { what: "does not look at its lease", leaseMs: 600_000 }
  ])("fence an owner that was stopped past its lease, goes on, and $what", async ({ leaseMs }) => {
    const owner = await startWorker(leaseMs)
    const gated = { ...order("one"), isGated: true }
    const run = await client.start(plain, gated, { id: "one" })
    await eventually(() => expect(callsOf("one", "pack")).toHaveLength(1))
    owner.kill("SIGSTOP")
    if (leaseMs > 1_500) endLeases()
    // It may take over, and be held up by the gate, before it can say that it is open.
    const other = spawnWorker(600_000)
    await eventually(() => expect(callsOf("one", "pack").at(-1)?.pid).toBe(other.pid))
    // Its task ends before that of the other, and it has turns enough to store what came of it.
    writeFileSync(gateOf(gated, owner.pid), "")
    owner.kill("SIGCONT")
    for (let turn = 0; turn < 20; turn++) {
      owner.send("are you there?")
      await once(owner, "message")
    }
    writeFileSync(gateOf(gated, other.pid), "")
    expect(await run.result()).toEqual({ text: "ONE", pid: other.pid })
    expect(callsOf("one", "ship").map(({ pid }) => pid)).toEqual([other.pid])
    expect(await recorded("one")).toEqual(["receive", "pack", "ship"])
    if (leaseMs > 1_500) return
    // It stands by now, unharmed, and works again when the other is gone.
    await kill(other)
    const next = await client.start(plain, order("two"), { id: "two" })
    expect(await next.result()).toEqual({ text: "TWO", pid: owner.pid })
  })

  it("hand over at once when the owner closes, with what it drives", async () => {
    const owner = await startWorker(600_000)
    const other = await startWorker(600_000)
    const asked = await client.start(asking, order("asked"), { id: "asked" })
    const run = await client.start(plain, order("one", 200), { id: "one" })
    await eventually(() => expect(callsOf("one", "pack")).toHaveLength(1))
    workers.delete(owner)
    owner.send("close")
    await once(owner, "exit")
    const closedMs = performance.now()
    await asked.signal("go", order("answered"))
    expect(await asked.result()).toEqual({ text: "ANSWERED", pid: other.pid })
    expect(performance.now() - closedMs).toBeLessThan(5_000)
    // The task that ran was waited for, and is not called again.
    expect(await run.result()).toEqual({ text: "ONE", pid: owner.pid })
    expect(callsOf("one", "pack")).toHaveLength(1)
    expect(callsOf("one", "ship").map(({ pid }) => pid)).toEqual([other.pid])
  })

  it("may create the file at the same time", async () => {
    const script = path.join(import.meta.dirname, "fixtures/open.ts")
    const openers = [fork(script), fork(script)]
    for (const opener of openers) workers.add(opener)
    await Promise.all(openers.map((opener) => once(opener, "message")))
    for (let round = 0; round < 100; round++) {
      const ask = { file: path.join(folder, `${round}.db`), atMs: Date.now() + 10 }
      const answers = openers.map((opener) => once(opener, "message"))
      for (const opener of openers) opener.send(ask)
      for (const [answer] of await Promise.all(answers)) expect(answer).toEqual({ _tag: "Opened" })
    }
  })
})
