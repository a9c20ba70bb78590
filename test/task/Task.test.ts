import { describe, expect, it } from "vitest"
import * as z from "zod"
import { isName, isTask, task, toTask } from "../../src/task/Task.ts"
import { InvalidTask, toMeta, toPolicy } from "../../src/task/TaskOptions.ts"

class Declined extends Error {}
const double = (n: number) => 2 * n

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe("task", () => {
  it("keeps its function, and nothing that it was not given", () => {
    const made = task("double", double)
    expect(made.fn).toBe(double)
    expect(made.entry).toEqual({ name: "double", fn: double, errors: [] })
    expect(made).toMatchObject({ id: "double", task: "double", node: {} })
    expect(isTask(made)).toBe(true)
  })

  it("registers schemas, errors and the condition of its retries", () => {
    const [input, output] = [z.number(), z.number()]
    const retryIf = () => true
    const options = {
      input,
      output,
      errors: [Declined],
      retry: { maxRetries: 1, if: retryIf },
      description: "doubles",
      tags: ["sums"]
    }
    const made = task("double", options, double)
    expect(made.entry).toEqual({
      name: "double",
      fn: double,
      input,
      output,
      errors: [Declined],
      retryIf
    })
    expect(made.node).toEqual({
      policy: { retry: { maxRetries: 1, initialDelayMs: 0 } },
      meta: { description: "doubles", tags: ["sums"] }
    })
  })

  it("is another node of the same registered task under another id", () => {
    const made = task("double", { timeout: "1s" }, double)
    const again = made.as("again").as("once-more")
    expect(again).toMatchObject({ id: "once-more", task: "double", node: made.node })
    expect(again.entry).toBe(made.entry)
    expect(made.id).toBe("double")
    expect(thrownBy(() => made.as("a/b"))).toMatchObject({ _tag: "InvalidTask", option: "id" })
  })
})

describe("InvalidTask", () => {
  it.each([
    ["id", "a b", {}, double],
    ["id", "", {}, double],
    ["id", "__proto__", {}, double],
    ["function", "double", {}, "double"],
    ["timeout", "double", { timeout: "1 hour" }, double],
    ["deadline", "double", { deadline: -1 }, double],
    ["retry", "double", { retry: { maxRetries: 1, initialDelay: "soon" } }, double],
    ["retry", "double", { retry: { maxRetries: 1, maxDelay: Number.NaN } }, double],
    ["retry", "double", { retry: 3 }, double],
    ["retry.times", "double", { retry: { maxRetries: 1, times: 3 } }, double],
    ["retries", "double", { retries: 3 }, double],
    ["errors", "double", { errors: Declined }, double],
    ["input", "double", { input: "number" }, double],
    ["output", "double", { output: {} }, double],
    ["options", "double", null, double],
    ["policy", "double", { retry: { maxRetries: -1 } }, double],
    ["policy", "double", { retry: { maxRetries: 1, factor: 0 } }, double]
  ])("names the option %s of task '%s'", (option, id, options, fn) => {
    // The types refuse these options: they come from plain JavaScript.
    const error = thrownBy(() => toTask(id, options as object, fn))
    expect(error).toBeInstanceOf(InvalidTask)
    expect(error).toMatchObject({ task: id, option })
  })

  it("says what is wrong and why", () => {
    expect(new InvalidTask({ task: "a", option: "id", cause: "too long" }).message).toBe(
      "Task 'a' has no usable id: too long"
    )
    const cause = new Error("no duration")
    expect(new InvalidTask({ task: "a", option: "timeout", cause }).message).toBe(
      "Task 'a' has no usable timeout: no duration"
    )
    const misspelt = thrownBy(() => toTask("a", { retries: 3 } as object, double))
    expect(misspelt).toMatchObject({
      message:
        "Task 'a' has no usable retries: there is no such option, only input, output, errors, retry, timeout, deadline, description, tags"
    })
  })
})

describe("toPolicy", () => {
  it("is in whole milliseconds", () => {
    const policy = toPolicy("t", {
      retry: { maxRetries: 3, initialDelay: "1s", factor: 2, maxDelay: "30s", jitter: true },
      timeout: "30s",
      deadline: "10m"
    })
    expect(policy).toEqual({
      retry: { maxRetries: 3, initialDelayMs: 1000, factor: 2, maxDelayMs: 30_000, jitter: true },
      timeoutMs: 30_000,
      deadlineMs: 600_000
    })
  })

  it("is absent where the options say nothing", () => {
    expect(toPolicy("t", {})).toBeUndefined()
    expect(toPolicy("t", { errors: [Declined], tags: ["a"] })).toBeUndefined()
    expect(toMeta({})).toBeUndefined()
    expect(toMeta({ description: "d" })).toEqual({ description: "d" })
  })
})

it("takes letters, digits, dots, dashes and underscores as a name", () => {
  expect(["a", "a.b-c_1", "x".repeat(128)].every((name) => isName(name))).toBe(true)
  const refused = ["", "a b", "a/b", "a#b", "é", "x".repeat(129), "__proto__", 1]
  expect(refused.filter((name) => isName(name))).toEqual([])
})
