// The loop node: rounds, their limit, and what of a round survives a crash.
import { describe, expect, it } from "vitest"
import { Engine, LoopLimitExceeded, type, workflow } from "../../src/index.ts"
import { execute } from "./crash.ts"
import { rejection, stores, until, ways } from "./ways.ts"

const input = type<number>()

describe.each(ways)("a loop in $name", (way) => {
  it("runs its body until it says done, each round on what the one before gave", async () => {
    const asked: Array<number> = []
    const doubling = workflow("doubling", { input }, (b) =>
      b
        .loop((x) => x.step("double", (n) => n * 2).step("more", (n) => n + 1), {
          while: (n) => asked.push(n) > 0 && n < 20
        })
        .step("say", (n) => `${n}!`)
    )
    expect(await way.run(doubling, 1)).toBe("31!")
    expect(asked).toEqual([3, 7, 15, 31])
  })

  it("runs its body once when the first answer is no", async () => {
    const once = workflow("once", { input }, (b) =>
      b.loop((x) => x.step("add", (n) => n + 1), { while: () => false, max: 1 })
    )
    expect(await way.run(once, 1)).toBe(2)
  })

  it("fails with LoopLimitExceeded when the last round asks for another", async () => {
    let rounds = 0
    const endless = workflow("endless", { input }, (b) =>
      b.loop(
        (x) =>
          x.step("add", (n) => {
            rounds += 1
            return n + 1
          }),
        { while: () => true, max: 3 }
      )
    )
    const error = await rejection(way.run(endless, 1))
    expect(error).toBeInstanceOf(LoopLimitExceeded)
    expect(error).toMatchObject({ node: "start+loop", max: 3 })
    expect(rounds).toBe(3)
  })

  it("goes on with the last value at its limit when asked to", async () => {
    const capped = workflow("capped", { input }, (b) =>
      b
        .loop((x) => x.step("add", (n) => n + 1), { while: () => true, max: 3, onMax: "continue" })
        .step("after", (n) => n * 10)
    )
    expect(await way.run(capped, 1)).toBe(40)
  })

  it("has a limit of a hundred rounds unless given", async () => {
    const endless = workflow("endless", { input }, (b) =>
      b.loop((x) => x.step("add", (n) => n + 1), { while: () => true })
    )
    expect(await rejection(way.run(endless, 1))).toMatchObject({ max: 100 })
  })

  it("in a loop starts with its first round each time, and no two rounds share a key", async () => {
    const keys: Array<string> = []
    const nested = workflow("nested", { input }, (b) =>
      b.loop(
        (x) =>
          x
            .step("outer", (n) => n)
            .loop(
              (y) =>
                y.step("inner", (n, { idempotencyKey }) => {
                  keys.push(idempotencyKey)
                  return n + 1
                }),
              { while: (n) => n % 3 !== 0 }
            ),
        { while: (n) => n < 9 }
      )
    )
    expect(await way.run(nested, 0)).toBe(9)
    expect(keys.map((key) => key.slice(key.indexOf("[")))).toEqual(
      ["0.0", "0.1", "0.2", "1.0", "1.1", "1.2", "2.0", "2.1", "2.2"].map((key) => `[${key}]`)
    )
  })
})

describe.each(stores)("a loop on $name", ({ make }) => {
  const word = type<string>()

  it("takes one signal a round, in the order in which they were sent", async () => {
    const collecting = workflow("collecting", { input: type<ReadonlyArray<string>>() }, (b) =>
      b
        .step("begin", (all) => ({ all, last: "" }))
        .loop(
          (x) =>
            x
              .fork({
                kept: (y) => y.step("keep", ({ all }) => all),
                said: (y) => y.awaitSignal("say", word)
              })
              .join("add", ({ kept, said }) => ({ all: [...kept, said], last: said })),
          { while: ({ last }) => last !== "stop" }
        )
    )
    await using engine = await Engine.open({ store: make(), workflows: [collecting] })
    const handle = await engine.start(collecting, [])
    for (const text of ["a", "b"]) await handle.signal("say", text)
    await until(async () => (await handle.status()).status === "parked")
    for (const text of ["c", "stop", "late"]) await handle.signal("say", text)
    expect(await handle.result()).toEqual({ all: ["a", "b", "c", "stop"], last: "stop" })
  })

  it("goes on in the round and with the value that it had, killed at every write", async () => {
    const seen: Array<string> = []
    const counting = workflow("counting", { input }, (b) =>
      b.loop(
        (x) =>
          x.delay(1).step(
            "try",
            async (n, { attempt, idempotencyKey }) => {
              seen.push(`${n} ${idempotencyKey}`)
              if (attempt === 1) throw new Error("the first attempt of each round fails")
              return n + 1
            },
            { retry: { maxRetries: 1, initialDelay: 1 } }
          ),
        { while: (n) => n < 4 }
      )
    )
    const runId = "counting-1"
    const scenario = {
      workflow: counting,
      runId,
      client: async (engine: Engine) =>
        (await engine.start(counting, 1, { id: runId, onConflict: "useExisting" })).result()
    }
    const { answer, writes } = await execute(scenario, make(), { kill: null })
    expect(answer).toEqual({ value: 4 })
    const expected = [...new Set(seen)]
    expect(expected.map((text) => text.split("[")[1])).toEqual(["0]", "1]", "2]"])
    for (let write = 1; write <= writes; write += 1) {
      seen.length = 0
      const found = await execute(scenario, make(), { kill: { write, moment: "after" } })
      expect(found.answer).toEqual(answer)
      // Each round is called with its own value and under its own key, before the crash and after it.
      expect([...new Set(seen)], `killed after write ${write}`).toEqual(expected)
    }
  })
})
