// How far the work is: one line, written over in a terminal, a new one now and then in a pipe.
import { type Engine, EngineClosed, type Status } from "onward"
import { setTimeout as sleep } from "node:timers/promises"
import { isAsking } from "./reviewer.ts"

const everyMs = 200
const linesEveryMs = 2_000
const barWidth = 16

export const isFinished = (status: Status): boolean =>
  status === "completed" || status === "failed" || status === "cancelled"

/** Shows progress until it is stopped, and leaves the cursor on a line of its own. */
export const showProgress = async (
  engine: Engine,
  total: number,
  stop: AbortSignal
): Promise<void> => {
  const terminal = process.stdout.isTTY
  try {
    for (;;) {
      const line = await progressOf(engine, total)
      process.stdout.write(terminal ? `\r\u001B[2K${line}` : `${line}\n`)
      await sleep(terminal ? everyMs : linesEveryMs, undefined, { signal: stop })
    }
  } catch (error) {
    if (!stop.aborted && !(error instanceof EngineClosed)) throw error
    if (terminal) process.stdout.write("\r\u001B[2K")
  }
}

const progressOf = async (engine: Engine, total: number): Promise<string> => {
  let finished = 0
  let asking = 0
  let open = 0
  for await (const run of engine.list()) {
    if (isFinished(run.status)) finished += 1
    else if (isAsking(run)) asking += 1
    else open += 1
  }
  const filled = Math.round((barWidth * finished) / total)
  const bar = "#".repeat(filled).padEnd(barWidth, ".")
  return `[${bar}] ${finished}/${total} finished, ${open} at work, ${asking} waiting for approval`
}
