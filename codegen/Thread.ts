// Runs the generator in a thread of its own. TypeScript 6 recurses once for each call of a chain,
// and on the main thread's stack a workflow of about 600 calls ends it with a RangeError; a thread
// can be given the stack it needs.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { recall } from "./Gate.ts"
import type { GenerateOptions, Report } from "./Generate.ts"

/** Enough for a chain of more than 10,000 calls. Memory is taken only as far as it is used. */
const stackMb = 256

/** Syntax trees are many small objects that stay: a small nursery makes the collector copy them. */
const youngMb = 64

const marker = "onward/generate"

/**
 * Reads the project, and writes `registry.gen.ts` and `client.gen.ts` where they changed. Findings
 * are in the report; a rejection is a bug or a disk that refuses.
 */
export const generate = async (options: GenerateOptions = {}): Promise<Report> =>
  recall(options) ?? (await inThread(options))

const inThread = (options: GenerateOptions): Promise<Report> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { marker, options },
      resourceLimits: { stackSizeMb: stackMb, maxYoungGenerationSizeMb: youngMb }
    })
    worker.once("message", resolve)
    worker.once("error", reject)
    worker.once("exit", (code) =>
      reject(new Error(`The generator's thread ended with code ${code}.`))
    )
  })

interface Job {
  readonly marker: typeof marker
  readonly options: GenerateOptions
}

const isJob = (value: unknown): value is Job =>
  typeof value === "object" && value !== null && "marker" in value && value.marker === marker

// This module is its own worker, so that a bundle needs no second file to find.
if (!isMainThread && isJob(workerData)) {
  const { generateHere } = await import("./Generate.ts")
  parentPort?.postMessage(await generateHere(workerData.options))
}
