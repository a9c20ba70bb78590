// What the failures by the clock say to a person: what, where, what to do.
import { describe, expect, it } from "vitest"
import { SignalTimedOut, TaskDeadlineExceeded, TaskTimedOut } from "../../src/task/Failure.ts"

const at = { runId: "r1", node: "pack/charge" }

describe("failures by the clock", () => {
  it("say which signal did not come", () => {
    const error = new SignalTimedOut({ ...at, signal: "approval", timeoutMs: 5 })
    expect(error._tag).toBe("SignalTimedOut")
    expect(error.message).toBe(
      "Run r1 waited 5 ms at pack/charge for signal 'approval', which did not come: give the wait an onTimeout, or a longer timeout"
    )
  })

  it("say which attempt took too long", () => {
    const error = new TaskTimedOut({ ...at, task: "charge", attempt: 2, timeoutMs: 30 })
    expect(error._tag).toBe("TaskTimedOut")
    expect(error.message).toBe(
      "Attempt 2 of task 'charge' at pack/charge of run r1 took longer than 30 ms: raise its timeout, or stop early on context.signal"
    )
  })

  it("say how often a task was tried, and keep what it failed with last", () => {
    const cause = new Error("the bank is closed")
    const error = new TaskDeadlineExceeded({
      ...at,
      task: "charge",
      attempts: 3,
      deadlineMs: 90,
      cause
    })
    expect(error._tag).toBe("TaskDeadlineExceeded")
    expect(error.cause).toBe(cause)
    expect(error.message).toBe(
      "Task 'charge' at pack/charge of run r1 did not succeed within 90 ms and 3 attempts: see the cause, or raise its deadline"
    )
  })
})
