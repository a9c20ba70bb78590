// Triages all deliveries, one durable run each, and writes a report. Stop it at any moment, by
// Ctrl-C or `kill -9`, and start it again: all that it has to know is in the database.
import { Engine, sqlite } from "onward"
import { mkdir, rm } from "node:fs/promises"
import path from "node:path"
import { parseArgs } from "node:util"
import { type Delivery, readDeliveries } from "./payloads.ts"
import { isFinished, showProgress } from "./progress.ts"
import * as registry from "./registry.gen.ts"
import { readEntries, toSummary, writeReport } from "./report.ts"
import { review } from "./reviewer.ts"
import { triageFor } from "./workflow.ts"

const readOptions = () => {
  try {
    return parseArgs({
      options: {
        /** Where database and report go. */
        out: { type: "string", default: "out" },
        /** Forgets what was done. */
        fresh: { type: "boolean", default: false }
      }
    }).values
  } catch (error) {
    if (error instanceof Error) console.error(error.message)
    console.error("Usage: npm start -- [--out FOLDER] [--fresh]")
    process.exit(2)
  }
}

const options = readOptions()

const main = async (): Promise<void> => {
  await mkdir(options.out, { recursive: true })
  const database = path.join(options.out, "triage.db")
  if (options.fresh) await forget(database)
  const engine = await Engine.open({
    store: sqlite(database),
    registry,
    // Few at a time, so that there is something to see.
    runsMax: 8
  })
  const ended = await Promise.race([work(engine), interrupted()])
  await engine.close({ graceMs: 2_000 })
  if (ended === "finished") return
  console.log("Stopped, nothing is lost: start it again, and it goes on from here.")
  process.exitCode = 130
}

const forget = async (database: string): Promise<void> => {
  for (const suffix of ["", "-wal", "-shm"]) await rm(database + suffix, { force: true })
}

/** The first Ctrl-C asks for an orderly end; a second one kills, which is as safe. */
const interrupted = (): Promise<"interrupted"> =>
  new Promise((resolve) => {
    process.once("SIGINT", () => {
      console.log("\nStopping: tasks that are running may end.")
      resolve("interrupted")
    })
  })

const work = async (engine: Engine): Promise<"finished"> => {
  const deliveries = await readDeliveries()
  const finished = await takeUp(engine, deliveries.length)
  if (finished.size < deliveries.length) await triageRest(engine, deliveries, finished)
  const entries = await readEntries(engine, deliveries)
  const report = await writeReport(options.out, entries)
  console.log(`\n${toSummary(entries)}\n\nThe report is in ${report}`)
  return "finished"
}

/** Says what an earlier process left, and gives the finished. The others go on by themselves. */
const takeUp = async (engine: Engine, total: number): Promise<ReadonlySet<string>> => {
  const finished = new Set<string>()
  let open = 0
  for await (const { id, status } of engine.list()) {
    if (isFinished(status)) finished.add(id)
    else open += 1
  }
  const known = finished.size + open
  if (known === 0) {
    console.log(`Starting ${total} runs.`)
  } else if (finished.size < total) {
    const left = `${finished.size} finished, ${open} in progress`
    console.log(`Took up ${known} runs: ${left}. ${total - known} are still to start.`)
  } else {
    console.log(`All ${total} runs are finished already: only the report is written.`)
    console.log("To begin anew: npm start -- --fresh")
  }
  return finished
}

const triageRest = async (
  engine: Engine,
  deliveries: ReadonlyArray<Delivery>,
  finished: ReadonlySet<string>
): Promise<void> => {
  const done = new AbortController()
  const rest = deliveries.filter(({ id }) => !finished.has(id))
  await Promise.all([
    triageAll(engine, rest).finally(() => done.abort()),
    review(engine, done.signal),
    showProgress(engine, deliveries.length, done.signal)
  ])
}

/** One run a delivery, waited for to its end. A run that exists is not started again. */
const triageAll = async (engine: Engine, deliveries: ReadonlyArray<Delivery>): Promise<void> => {
  const endings: Array<Promise<unknown>> = []
  for (const delivery of deliveries) {
    const handle = await engine.start(triageFor(delivery), delivery, {
      id: delivery.id,
      onConflict: "useExisting",
      tags: [delivery.name]
    })
    // A run that fails fails alone: the report says how.
    endings.push(handle.result().catch(() => {}))
  }
  await Promise.all(endings)
}

await main()
