// The task node: what is called with what, and how often.
import * as Effect from "effect/Effect"
import * as Data from "effect/Data"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { task, type, workflow } from "../../src/index.ts"
import type { TaskContext } from "../../src/task/TaskContext.ts"
import { asyncWays, rejection, ways } from "./ways.ts"

const input = type<number>()

class Declined extends Data.TaggedError("Declined")<{ readonly code: number }> {}

/** Fails with `error` at every attempt before the given one. */
const failingUntil =
  (attempt: number, error: () => unknown, seen: Array<unknown> = []) =>
  (value: number, context: TaskContext): number => {
    seen.push(value)
    if (context.attempt < attempt) throw error()
    return value * 10
  }

describe.each(ways)("a task in $name", (way) => {
  it("is called with the value, and its result becomes the value", async () => {
    const add = task("add", (n: number) => n + 1)
    const adding = workflow("adding", { input }, (b) => b.then(add).then(add.as("again")))
    expect(await way.run(adding, 1)).toBe(3)
  })

  it("may return undefined, and takes it", async () => {
    const seen: Array<unknown> = []
    const silent = workflow("silent", { input }, (b) =>
      b
        .step("say", () => undefined)
        .step("hear", (heard) => {
          seen.push(heard)
        })
    )
    expect(await way.run(silent, 1)).toBeUndefined()
    expect(seen).toEqual([undefined])
  })

  it("may be an Effect that succeeds or fails at once", async () => {
    const succeeding = workflow("succeeding", { input }, (b) =>
      b.step("half", (n) => Effect.succeed(n / 2))
    )
    const failing = workflow("failing", { input }, (b) =>
      b.step("half", () => Effect.fail(new Declined({ code: 7 })), { errors: [Declined] })
    )
    expect(await way.run(succeeding, 4)).toBe(2)
    const error = await rejection(way.run(failing, 4))
    expect(error).toBeInstanceOf(Declined)
    expect(error).toMatchObject({ code: 7 })
  })

  it("gets what its input function makes of the value", async () => {
    const add = task("add", (n: number) => n + 1)
    const calling = workflow("calling", { input: type<{ readonly n: number }>() }, (b) =>
      b.call(add, ({ n }) => n * 100)
    )
    expect(await way.run(calling, { n: 2 })).toBe(201)
  })

  it("fails the run with what it throws, and nothing after it runs", async () => {
    let isCalled = false
    const breaking = workflow("breaking", { input }, (b) =>
      b
        .step(
          "break",
          (n) => {
            if (n > 0) throw new Declined({ code: n })
            return n
          },
          { errors: [Declined] }
        )
        .step("after", () => {
          isCalled = true
        })
    )
    const error = await rejection(way.run(breaking, 3))
    expect(error).toBeInstanceOf(Declined)
    expect(error).toMatchObject({ _tag: "Declined", code: 3 })
    expect(isCalled).toBe(false)
  })

  it("is called once without a policy", async () => {
    const seen: Array<unknown> = []
    const once = workflow("once", { input }, (b) =>
      b.step(
        "try",
        failingUntil(9, () => new Error("no"), seen)
      )
    )
    expect(await rejection(way.run(once, 1))).toMatchObject({ message: "no" })
    expect(seen).toEqual([1])
  })

  it("is called again with the same value, 1 + maxRetries times in all", async () => {
    const seen: Array<unknown> = []
    const always = workflow("always", { input }, (b) =>
      b
        .step("first", (n) => n + 1)
        .step(
          "try",
          failingUntil(9, () => new Error("no"), seen),
          { retry: { maxRetries: 3 } }
        )
    )
    expect(await rejection(way.run(always, 1))).toMatchObject({ message: "no" })
    expect(seen).toEqual([2, 2, 2, 2])
  })

  it("ends its retries when it succeeds", async () => {
    const seen: Array<unknown> = []
    const third = workflow("third", { input }, (b) =>
      b.step(
        "try",
        failingUntil(3, () => new Error("no"), seen),
        {
          retry: { maxRetries: 9, initialDelay: "1ms", factor: 2 }
        }
      )
    )
    expect(await way.run(third, 1)).toBe(10)
    expect(seen).toHaveLength(3)
  })

  it("is not called again after an error that says retryable: false", async () => {
    const seen: Array<unknown> = []
    const error = () => Object.assign(new Error("final"), { retryable: false })
    const final = workflow("final", { input }, (b) =>
      b.step("try", failingUntil(9, error, seen), { retry: { maxRetries: 3 } })
    )
    expect(await rejection(way.run(final, 1))).toMatchObject({ message: "final", retryable: false })
    expect(seen).toHaveLength(1)
  })

  it("is not called again after an error that the policy rejects", async () => {
    const seen: Array<unknown> = []
    let code = 0
    const picky = workflow("picky", { input }, (b) =>
      b.step(
        "try",
        failingUntil(9, () => new Declined({ code: ++code }), seen),
        {
          errors: [Declined],
          retry: { maxRetries: 9, if: (error) => error instanceof Declined && error.code < 3 }
        }
      )
    )
    expect(await rejection(way.run(picky, 1))).toMatchObject({ code: 3 })
    expect(seen).toHaveLength(3)
  })

  it("is not called again after a defect", async () => {
    let calls = 0
    const dying = workflow("dying", { input }, (b) =>
      b.step(
        "die",
        () => {
          calls += 1
          return Effect.die(new Error("a bug"))
        },
        { retry: { maxRetries: 3 } }
      )
    )
    expect(await rejection(way.run(dying, 1))).toMatchObject({ message: "a bug" })
    expect(calls).toBe(1)
  })

  it("knows its run, workflow, node and attempt, and keeps its key over attempts", async () => {
    const seen: Array<TaskContext> = []
    const knowing = workflow("knowing", { input }, (b) =>
      b
        .fork({
          here: (x) =>
            x.step(
              "know",
              (n, { attempt, idempotencyKey, node, runId, signal, workflow }) => {
                seen.push({ attempt, idempotencyKey, node, runId, signal, workflow })
                if (attempt === 1) throw new Error("again")
                return n
              },
              { retry: { maxRetries: 1 } }
            )
        })
        .join()
    )
    await way.run(knowing, 1)
    expect(seen).toMatchObject([
      { workflow: "knowing", node: "start+fork/here/know", attempt: 1, runId: seen[1]?.runId },
      { workflow: "knowing", node: "start+fork/here/know", attempt: 2 }
    ])
    expect(seen[0]?.idempotencyKey).toBe(seen[1]?.idempotencyKey)
    expect(seen[0]?.idempotencyKey).toContain("start+fork/here/know")
    expect(seen[0]?.signal.aborted).toBe(false)
  })

  it("is refused a value that its schemas reject, and is not called again", async () => {
    let calls = 0
    const parse = task(
      "parse",
      {
        input: z.object({ items: z.array(z.object({ price: z.number() })) }),
        output: z.number().max(10),
        retry: { maxRetries: 3 }
      },
      ({ items }) => {
        calls += 1
        return items.reduce((sum, { price }) => sum + price, 0)
      }
    )
    const parsing = workflow(
      "parsing",
      { input: type<{ items: Array<{ price: number }> }>() },
      (b) => b.then(parse)
    )
    expect(await way.run(parsing, { items: [{ price: 4 }] })).toBe(4)
    const wrong = { items: [{ price: "4" as unknown as number }] }
    expect(await rejection(way.run(parsing, wrong))).toMatchObject({
      _tag: "InvalidTaskValue",
      side: "input",
      node: "parse",
      task: "parse",
      issues: [expect.stringContaining("items[0].price")]
    })
    expect(calls).toBe(1)
    expect(await rejection(way.run(parsing, { items: [{ price: 11 }] }))).toMatchObject({
      _tag: "InvalidTaskValue",
      side: "output"
    })
    expect(calls).toBe(2)
  })

  it("gets what its schemas make of the value", async () => {
    const trim = task(
      "trim",
      { input: z.string().trim(), output: z.string().toUpperCase() },
      (s) => `${s}!`
    )
    const trimming = workflow("trimming", { input: type<string>() }, (b) => b.then(trim))
    expect(await way.run(trimming, "  a ")).toBe("A!")
  })

  it("is not reached by an input that the workflow's schema rejects", async () => {
    let calls = 0
    const checked = workflow("checked", { input: z.object({ n: z.number() }) }, (b) =>
      b.step("count", () => {
        calls += 1
      })
    )
    const wrong = { n: "1" as unknown as number }
    expect(await rejection(way.run(checked, wrong))).toMatchObject({
      _tag: "InvalidInput",
      workflow: "checked",
      issues: [expect.stringContaining("n: ")]
    })
    expect(calls).toBe(0)
  })

  it("may be none at all: a workflow without nodes returns its input", async () => {
    expect(
      await way.run(
        workflow("nothing", { input }, (b) => b),
        5
      )
    ).toBe(5)
  })
})

describe.each(asyncWays)("a task that is waited for in $name", (way) => {
  it("may be an asynchronous function with schemas on both sides", async () => {
    const later = task("later", { input: z.number(), output: z.number() }, async (n) => n + 1)
    expect(
      await way.run(
        workflow("w", { input }, (b) => b.then(later)),
        1
      )
    ).toBe(2)
  })

  it("is called again after a rejection", async () => {
    const flaky = workflow("flaky", { input }, (b) =>
      b.step(
        "try",
        async (n, { attempt }) => {
          if (attempt < 3) throw new Error("no")
          return n
        },
        { retry: { maxRetries: 2 } }
      )
    )
    expect(await way.run(flaky, 1)).toBe(1)
  })
})
