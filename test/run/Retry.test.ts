// When a failed attempt is made again, as the transition decides it.
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Definition } from "../../src/ir/Definition.ts"
import type { TaskPolicy } from "../../src/ir/Node.ts"
import { delayBeforeRetry } from "../../src/ir/RetryPolicy.ts"
import { account } from "./account.ts"
import type { World } from "./calls.ts"
import { simulate } from "./simulation.ts"

const oneTask = (policy?: TaskPolicy): Definition => ({
  format: 1,
  workflow: "one",
  version: "1",
  entry: "try",
  nodes: { try: { _tag: "Task", task: "try", ...(policy && { policy }), next: null } }
})

/** Fails at once, always, with attempts as asked. */
const failing = (attempt: Partial<ReturnType<World["attempt"]>> = {}): World => ({
  overlap: true,
  isSent: () => false,
  decide: () => false,
  attempt: () => ({ ms: 0, fails: true, retryable: true, random: 0, ...attempt })
})

const startsMs = (policy: TaskPolicy, world = failing()) =>
  simulate(oneTask(policy), { input: "1", world }).calls.map(({ atMs }) => atMs)

const waitsMs = (policy: TaskPolicy, world = failing()) => {
  const starts = startsMs(policy, world)
  return starts.slice(1).map((atMs, index) => atMs - starts[index]!)
}

describe("the waits before retries", () => {
  const initialDelayMs = 100

  it.each([
    ["are the initial delay without a factor", { maxRetries: 3, initialDelayMs }, [100, 100, 100]],
    ["are none without a delay", { maxRetries: 2, initialDelayMs: 0 }, [0, 0]],
    ["grow by the factor", { maxRetries: 4, initialDelayMs, factor: 3 }, [100, 300, 900, 2_700]],
    [
      "are whole milliseconds, rounded up",
      { maxRetries: 3, initialDelayMs: 1, factor: 1.5 },
      [1, 2, 3]
    ],
    [
      "are capped by the longest delay",
      { maxRetries: 4, initialDelayMs, factor: 3, maxDelayMs: 500 },
      [100, 300, 500, 500]
    ],
    ["are capped from the first on", { maxRetries: 2, initialDelayMs, maxDelayMs: 30 }, [30, 30]],
    ["may be none at all", { maxRetries: 0, initialDelayMs }, []]
  ])("%s", (_, retry, expected) => {
    expect(waitsMs({ retry })).toEqual(expected)
  })

  it("do not overflow, however often the factor applies", () => {
    const retry = { maxRetries: 1_000, initialDelayMs, factor: 1_000, maxDelayMs: 60_000 }
    expect(delayBeforeRetry(retry, 1_000, 0.5)).toBe(60_000)
  })

  it("are spread by jitter over half to one and a half times their capped length", () => {
    const retry = { maxRetries: 1, initialDelayMs, factor: 10, maxDelayMs: 500, jitter: true }
    expect(waitsMs({ retry }, failing({ random: 0 }))).toEqual([50])
    expect(waitsMs({ retry }, failing({ random: 0.5 }))).toEqual([100])
    expect(waitsMs({ retry }, failing({ random: 0.999 }))).toEqual([150])
    expect(delayBeforeRetry(retry, 3, 0)).toBe(250)
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (n, random) => {
          const plain = delayBeforeRetry({ ...retry, jitter: false }, n, random)
          const jittered = delayBeforeRetry(retry, n, random)
          expect(jittered).toBeGreaterThanOrEqual(plain * 0.5)
          expect(jittered).toBeLessThanOrEqual(plain * 1.5 + 1)
        }
      )
    )
  })
})

describe("the attempts of a task", () => {
  it("are one and one for each retry", () => {
    fc.assert(
      fc.property(fc.nat(50), (maxRetries) => {
        expect(startsMs({ retry: { maxRetries, initialDelayMs: 7 } })).toHaveLength(1 + maxRetries)
      })
    )
  })

  it("are one without a policy", () => {
    expect(startsMs({})).toEqual([0])
  })

  it("end with a failure that is not retryable", () => {
    const retry = { maxRetries: 5, initialDelayMs: 10 }
    expect(startsMs({ retry }, failing({ retryable: false }))).toEqual([0])
  })

  it("get the same value each", () => {
    const retry = { maxRetries: 3, initialDelayMs: 10 }
    const { calls } = simulate(oneTask({ retry }), { input: "1", world: failing() })
    expect(calls.map(({ value }) => value)).toEqual(["1", "1", "1", "1"])
  })

  it("begin before the deadline, waits included", () => {
    const policy = { retry: { maxRetries: 100, initialDelayMs: 10 }, deadlineMs: 45 }
    const { endedAtMs, outcome } = simulate(oneTask(policy), {
      input: "1",
      world: failing()
    })
    expect(startsMs(policy)).toEqual([0, 10, 20, 30, 40])
    // The next one would begin too late, so there is nothing to wait for.
    expect(endedAtMs).toBe(40)
    expect(outcome).toMatchObject({ _tag: "Failed", error: expect.stringMatching(/ late"$/) })
  })

  it("are those of the naive interpreter, whatever the policy", () => {
    const policy = fc.record(
      {
        retry: fc.record({
          maxRetries: fc.nat(20),
          initialDelayMs: fc.nat(1_000),
          factor: fc.integer({ min: 1, max: 4 }),
          maxDelayMs: fc.nat(5_000),
          jitter: fc.boolean()
        }),
        deadlineMs: fc.nat(20_000)
      },
      { requiredKeys: [] }
    )
    const random = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
    fc.assert(
      fc.property(policy, random, fc.nat(500), (policy, random, ms) => {
        const world = failing({ random, ms })
        const options = { input: "1", world }
        const expected = account(oneTask(policy), "1", world).calls.map(({ atMs }) => atMs)
        expect(simulate(oneTask(policy), options).calls.map(({ atMs }) => atMs)).toEqual(expected)
      })
    )
  })
})
