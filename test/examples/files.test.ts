// The examples of one file each, run as a reader runs them: a process of its own, and what it prints.
import { execFile } from "node:child_process"
import path from "node:path"
import { promisify } from "node:util"
import { describe, expect, it } from "vitest"

const root = path.resolve(import.meta.dirname, "../..")

/** What the example prints; rejects when it fails, complains or does not end. */
const outputOf = async (name: string): Promise<ReadonlyArray<string>> => {
  const args = ["--conditions=onward-source", `examples/${name}/main.ts`]
  const options = { cwd: root, timeout: 60_000 }
  const { stderr, stdout } = await promisify(execFile)(process.execPath, args, options)
  expect(stderr).toBe("")
  return stdout.trimEnd().split("\n")
}

describe("the example", { timeout: 90_000 }, () => {
  it("approval reminds whoever does not answer, and then escalates", async () => {
    const output = await outputOf("approval")
    expect(output.slice(0, 3)).toEqual([
      "Anna's approver is quick:",
      "  paid 40 to Anna",
      "Ben's approver needs a reminder:"
    ])
    // On a slow machine a second reminder may go out before the answer is there.
    expect(output).toContain("  reminder 1: Ben waits")
    expect(output).toContain("  refused Ben")
    expect(output.slice(-5)).toEqual([
      "Cleo's approver is on holiday:",
      "  reminder 1: Cleo waits",
      "  reminder 2: Cleo waits",
      "  reminder 3: Cleo waits",
      "  escalated: nobody answered Cleo"
    ])
  })

  it("batch-etl counts all payloads, the largest kinds first", async () => {
    expect(await outputOf("batch-etl")).toEqual([
      "329 payloads of 58 events, from 13 repositories",
      "largest: pull_request, issues, discussion",
      "event,payloads,kB",
      "pull_request,29,703",
      "issues,29,346",
      "discussion,15,131"
    ])
  })

  it("polling asks until the parcel is there, and no longer than its limit", async () => {
    const output = await outputOf("polling")
    expect(output.filter((line) => !line.startsWith(" "))).toEqual([
      "near has arrived",
      "far has arrived",
      "lost is late: ask a person"
    ])
    const questions = output.filter((line) => line.includes("asked"))
    expect(questions).toHaveLength(2 + 4 + 5)
    expect(questions.at(-1)).toBe("  lost: asked 5 times")
  })

  it("child-workflows runs children as branches and arms, and handles what they fail with", async () => {
    expect(await outputOf("child-workflows")).toEqual([
      'packing alone: {"order":"order-1","kg":2.5}',
      "  order-1: 20 euros are paid",
      "  order-1: 2.5 kg, by bicycle",
      "  order-2: 10 euros are paid",
      "  order-2: 1.5 kg, declared at customs",
      "  not sent: no unicorns"
    ])
  })

  it("ai-agent calls tools until it answers, and buys nothing that nobody allowed", async () => {
    const output = await outputOf("ai-agent")
    const said = output.filter((line) => !line.startsWith("  model"))
    expect(said).toEqual([
      "A person who says yes:",
      "  Your seat is booked.",
      "A person who says no:",
      "  I have booked nothing."
    ])
    expect(output.filter((line) => line.startsWith("  model"))).toHaveLength(6)
  })
})
