// npm run bench -- [--rows 1,3] [--reps 3] [--seconds 1.5]: measures this library against limits written beside it,
// in turns: a repetition runs each cell once, and each ratio is taken within one repetition.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { parseArgs } from "node:util"
import { type Cell, type Outcome, parkedLine } from "./Cell.ts"
import { goals, judge } from "./Rows.ts"

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: goals.map(({ row }) => row).join(",") },
    reps: { type: "string", default: "3" },
    seconds: { type: "string", default: "1.5" }
  }
})

const program = path.join(import.meta.dirname, "child.ts")

const launch = (cell: Cell) =>
  spawn(process.execPath, [...process.execArgv, "--no-warnings", program, JSON.stringify(cell)], {
    stdio: ["ignore", "pipe", "inherit"]
  })

const lineOf = async (cell: Cell): Promise<string> => {
  const child = launch(cell)
  let text = ""
  for await (const chunk of child.stdout) {
    text += String(chunk)
    // A crash as cruel as they come: nothing of the process is left to tidy up.
    if (text.startsWith(parkedLine)) child.kill("SIGKILL")
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
  return text
}

const measure = async (shape: Omit<Cell, "folder" | "seconds">): Promise<Outcome> => {
  const folder = await mkdtemp(path.join(tmpdir(), "onward-bench-"))
  const cell = { ...shape, folder, seconds: Number(options.seconds) }
  try {
    if (cell.work === "recover") await lineOf({ ...cell, work: "park" })
    return JSON.parse(await lineOf(cell)) as Outcome
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const print = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const rows = new Set(options.rows.split(",").map(Number))
const chosen = goals.filter(({ row }) => rows.has(row))
const measured = chosen.map((): Array<ReadonlyArray<Outcome>> => [])
for (let rep = 0; rep < Number(options.reps); rep++) {
  // Cells that several goals share are measured once a repetition.
  const known = new Map<string, Outcome>()
  for (const [index, goal] of chosen.entries()) {
    const outcomes: Array<Outcome> = []
    for (const shape of goal.cells) {
      const key = JSON.stringify(shape)
      const outcome = known.get(key) ?? (await measure(shape))
      if (!known.has(key)) print({ rep, ...shape, ...outcome })
      known.set(key, outcome)
      outcomes.push(outcome)
    }
    measured[index]?.push(outcomes)
  }
}
for (const [index, goal] of chosen.entries()) print(judge(goal, measured[index] ?? []))
