// The saga as processes of its own: on memory, and on a file from which a second process takes it up.
import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, describe, expect, it } from "vitest"

const root = path.resolve(import.meta.dirname, "../..")
const folder = mkdtempSync(path.join(tmpdir(), "onward-saga-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const args = ["--conditions=onward-source", "examples/saga/main.ts"]
const saga = (...options: ReadonlyArray<string>): ReadonlyArray<string> =>
  execFileSync(process.execPath, [...args, ...options], { cwd: root, encoding: "utf8" })
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd())

const did = [
  "- 2 lamps reserved on shelf B7",
  "- 4800 cents charged, under the key order-1/charge-card",
  "- 4800 cents of receipt R-17 refunded, under the key order-1/charge-card~undo",
  "- 2 lamps released from shelf B7"
]
const history = [
  "Error: no van for 2 lamps, asked 2 times",
  "TaskCompleted reserve-stock",
  "TaskCompleted charge-card",
  "AttemptFailed book-courier Error: no van for 2 lamps, asked 1 times",
  "AttemptFailed book-courier Error: no van for 2 lamps, asked 2 times",
  "CompensationAttemptFailed charge-card Error: the bank is busy",
  "CompensationCompleted charge-card",
  "CompensationCompleted reserve-stock",
  "RunFailed book-courier Error: no van for 2 lamps, asked 2 times"
]

/** Kills the example as soon as it has printed `text`. Resolves when it is dead. */
const killAt = (text: string, file: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args, file], { cwd: root })
    let output = ""
    child.stdout.setEncoding("utf8").on("data", (more: string) => {
      output += more
      if (output.includes(text)) child.kill("SIGKILL")
    })
    child.once("error", reject).once("close", () => resolve())
  })

describe("the saga", () => {
  it("undoes what was done, the last first", () => {
    expect(saga()).toEqual([...did, ...history])
  })

  it("on a file undoes once: a second process finds the run at its end", () => {
    const file = path.join(folder, "once.db")
    expect(saga(file)).toEqual([...did, ...history])
    expect(saga(file)).toEqual(history)
  })

  it.each(["charged", "refunded"])(
    "comes to the same end when it is killed, having %s",
    { timeout: 60_000 },
    async (text) => {
      const file = path.join(folder, `${text}.db`)
      await killAt(text, file)
      const again = saga(file)
      const recorded = again.filter((line) => !line.startsWith("-"))
      expect(recorded).toEqual(history)
    }
  )
})
