// The example under fire, as processes of its own: killed at random moments, or asked to stop, and
// started again.
// What it is held to are the bytes of its report and the times in its histories.
import { Engine, sqlite } from "onward"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { readDeliveries } from "../../examples/webhook-triage/payloads.ts"
import type { Entry } from "../../examples/webhook-triage/report.ts"
import { sensitiveBecause } from "../../examples/webhook-triage/risk.ts"

const root = path.resolve(import.meta.dirname, "../..")
const folder = mkdtempSync(path.join(tmpdir(), "onward-triage-"))
const timeoutMs = 120_000
const killMax = 10
const children = new Set<ChildProcess>()

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

interface Program {
  readonly child: ChildProcess
  /** Resolves when the first line is out: the engine is open and at work. */
  readonly working: Promise<void>
  readonly ended: Promise<Ended>
}

// Most of a start is reading the sources: it is done once, and not a dozen times.
const env = { ...process.env, NODE_COMPILE_CACHE: path.join(folder, "cache") }

const start = (out: string): Program => launch(["--out", out])

const launch = (options: ReadonlyArray<string>): Program => {
  const args = ["--conditions=onward-source", "examples/webhook-triage/main.ts", ...options]
  const child = spawn(process.execPath, args, { cwd: root, env })
  children.add(child)
  let output = ""
  let errors = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text))
  const spoken = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text
      resolve()
    })
  })
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => {
      children.delete(child)
      resolve({ code, output, errors })
    })
  })
  return { child, ended, working: Promise.race([spoken, ended.then(() => {})]) }
}

/** The output of a program that ends well. */
const outputOf = async ({ ended }: Program): Promise<string> => {
  const { code, errors, output } = await ended
  if (code !== 0) throw new Error(`ended with ${code}: ${errors}\n${output}`)
  return output
}

const reportIn = (out: string) => ({
  json: readFileSync(path.join(out, "triage.json"), "utf8"),
  md: readFileSync(path.join(out, "triage.md"), "utf8")
})

/** When each task of each run was recorded: `run node` to times. */
const recordedIn = async (out: string): Promise<ReadonlyMap<string, ReadonlyArray<number>>> => {
  const store = sqlite(path.join(out, "triage.db"))
  await using engine = await Engine.open({ store, workflows: [], work: false })
  const recorded = new Map<string, Array<number>>()
  for await (const { id } of engine.list()) {
    for (const event of await engine.history(id)) {
      if (event._tag !== "TaskCompleted") continue
      const place = `${id} ${event.node}`
      recorded.set(place, [...(recorded.get(place) ?? []), event.atMs])
    }
  }
  return recorded
}

/** Reproducible random numbers in [0, 1). */
const randomFrom = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const entriesIn = (out: string): ReadonlyArray<Entry> =>
  // Sound: the file is written from these.
  JSON.parse(reportIn(out).json) as ReadonlyArray<Entry>

afterAll(() => {
  // Only a test that failed leaves any.
  for (const child of children) child.kill("SIGKILL")
  rmSync(folder, { recursive: true, force: true })
})

describe("the webhook triage", () => {
  const undisturbed = path.join(folder, "undisturbed")

  beforeAll(async () => {
    await outputOf(start(undisturbed))
  }, timeoutMs)

  it.each([["--bogus"], ["--out"], ["folder"]])("answers %s with how it is used", async (wrong) => {
    const { code, errors, output } = await launch([wrong]).ended
    expect({ code, output }).toEqual({ code: 2, output: "" })
    expect(errors).toMatch(/\nUsage: npm start -- \[--out FOLDER\] \[--fresh\]\n$/)
    expect(errors).not.toContain("    at ")
  })

  it("reports each of the 329 deliveries, in their order", async () => {
    const deliveries = await readDeliveries()
    const entries = entriesIn(undisturbed)
    expect(entries).toHaveLength(329)
    expect(entries.map(({ id }) => id)).toEqual(deliveries.map(({ id }) => id))
    expect(new Set(entries.map(({ id }) => id)).size).toBe(329)
    expect(entries.filter(({ verdict }) => verdict === "failed")).toEqual([])
  })

  it("asks for approval of the sensitive deliveries, and of no others", async () => {
    const deliveries = await readDeliveries()
    const sensitive = deliveries.filter((delivery) => sensitiveBecause(delivery) !== null)
    const answered = entriesIn(undisturbed).filter(({ approval }) => approval !== null)
    expect(answered.map(({ id }) => id)).toEqual(sensitive.map(({ id }) => id))
    expect(answered).toHaveLength(48)
  })

  it("started again when all is done writes the same report", async () => {
    const before = reportIn(undisturbed)
    expect(await outputOf(start(undisturbed))).toMatch(/^All 329 runs are finished already/)
    expect(reportIn(undisturbed)).toEqual(before)
  })

  it(
    `killed ${killMax} times at random moments ends with the same report, nothing recorded twice`,
    { concurrent: true, timeout: timeoutMs },
    async ({ expect }) => {
      const seed = Date.now() % 2 ** 32
      console.log(`seed of the kills: ${seed}`)
      const random = randomFrom(seed)
      const out = path.join(folder, "killed")
      let before: ReadonlyMap<string, ReadonlyArray<number>> = new Map()
      for (let kill = 1; kill <= killMax; kill += 1) {
        const { child, ended, working } = start(out)
        // One in three dies while it opens, the others at work.
        if (kill % 3 !== 0) await working
        await sleep(random() * 700)
        child.kill("SIGKILL")
        await ended
        const after = await recordedIn(out)
        const kept = new Map([...before.keys()].map((place) => [place, after.get(place)]))
        expect(kept, `what was recorded before kill ${kill}, seed ${seed}`).toEqual(before)
        before = after
      }
      expect(await outputOf(start(out))).toMatch(
        /^Took up \d+ runs: \d+ finished, \d+ in progress\./
      )
      expect(reportIn(out)).toEqual(reportIn(undisturbed))
      const times = [...(await recordedIn(out)).values()]
      expect(times.filter(({ length }) => length !== 1)).toEqual([])
    }
  )

  it(
    "stopped by Ctrl-C says how many runs it takes up when it goes on, also twice at once",
    { concurrent: true, timeout: timeoutMs, skip: process.platform === "win32" },
    async ({ expect }) => {
      const out = path.join(folder, "stopped")
      const first = start(out)
      await first.working
      await sleep(500)
      first.child.kill("SIGINT")
      const stopped = await first.ended
      expect(stopped).toMatchObject({ code: 130, errors: "" })
      expect(stopped.output).toContain("Stopped, nothing is lost")
      const places = [...(await recordedIn(out)).keys()]
      const runs = new Set(places.map((place) => place.split(" ")[0]))
      // The second waits for the lease of the first: one works, both answer and report.
      for (const output of await Promise.all([start(out), start(out)].map(outputOf))) {
        const tookUp = Number(/^Took up (\d+) runs/.exec(output)?.[1])
        expect(tookUp).toBeGreaterThan(0)
        expect(tookUp).toBeGreaterThanOrEqual(runs.size)
      }
      expect(reportIn(out)).toEqual(reportIn(undisturbed))
    }
  )
})
