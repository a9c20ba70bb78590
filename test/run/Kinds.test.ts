// Each kind of node by example: what is called when, what comes out, and what is left of strands that were stopped.
import { describe, expect, it } from "vitest"
import type { Fork, Node, NodeId } from "../../src/ir/Node.ts"
import { completed, failed, run, type Script, task } from "./script.ts"
import { errorOf, outputOf, values } from "./texts.ts"

const fork = (
  join: Fork["join"],
  names: string,
  next: NodeId | null = null
): Record<NodeId, Node> => {
  const branches = Object.fromEntries(names.split("").map((name) => [name, `f/${name}/t`]))
  const tasks = Object.values(branches).map((id) => [id, task()] as const)
  return { f: { _tag: "Fork", branches, join, next }, ...Object.fromEntries(tasks) }
}
const loop = (max: number, onMax: "fail" | "continue", next: NodeId | null = null): Node => ({
  _tag: "Loop",
  body: "l/body/t",
  while: "w",
  policy: { max, onMax },
  next
})
const each = (concurrency: number, next: NodeId | null = null): Node => ({
  _tag: "ForEach",
  body: "e/body/t",
  policy: { concurrency },
  next
})

describe("a loop", () => {
  const nodes = (onMax: "fail" | "continue") => ({
    l: loop(2, onMax, "z"),
    "l/body/t": task(),
    z: task()
  })
  const twice = outputOf("l/body/t", outputOf("l/body/t", "1"))

  it("runs its body again on what it gave, while it is told to", () => {
    const { calls, outcome } = run(nodes("fail"), { says: ({ indices }) => indices[0] === 0 })
    expect(calls).toEqual([
      "l/body/t[0] at 0",
      "l[0] at 10",
      "l/body/t[1] at 20",
      "l[1] at 30",
      "z[] at 40"
    ])
    expect(outcome).toEqual(completed(outputOf("z", twice)))
  })

  it("fails at its limit", () => {
    const error = values.loopLimitExceeded("l", 2)
    expect(run(nodes("fail"), { says: () => true }).outcome).toEqual(failed(error, "l"))
  })

  it("goes on from its limit with the last value, where it is asked to", () => {
    const { outcome } = run(nodes("continue"), { says: () => true })
    expect(outcome).toEqual(completed(outputOf("z", twice)))
  })

  it("begins in its first round each time that an outer loop comes to it", () => {
    const nodes: Record<NodeId, Node> = {
      l: { ...loop(2, "continue"), body: "l/body/l" } as Node,
      "l/body/l": { ...loop(2, "continue"), body: "l/body/l/body/t" } as Node,
      "l/body/l/body/t": task()
    }
    const { calls } = run(nodes, { says: () => true })
    const rounds = calls.filter((call) => call.startsWith("l/body/l/body/t"))
    expect(rounds.map((call) => call.replace(/.*\[(.*)\].*/, "$1"))).toEqual([
      "0,0",
      "0,1",
      "1,0",
      "1,1"
    ])
  })
})

describe("a route", () => {
  const nodes: Record<NodeId, Node> = {
    r: { _tag: "Route", on: { select: "s" }, arms: { a: "r/a/t", skip: null }, next: "z" },
    "r/a/t": task(),
    z: task()
  }

  it("runs the arm of the key on its own value", () => {
    expect(run(nodes, { says: () => "a" }).calls).toEqual([
      "r[] at 0",
      "r/a/t[] at 10",
      "z[] at 20"
    ])
    expect(run(nodes, { says: () => "skip" }).outcome).toEqual(completed(outputOf("z", "1")))
  })

  it.each(["b", "toString", "__proto__"])("fails with a key that has no arm: %s", (key) => {
    const error = values.routeKeyNotFound({ node: "r", key, arms: ["a", "skip"] })
    expect(run(nodes, { says: () => key }).outcome).toEqual(failed(error, "r"))
  })

  it("takes its default for any other key", () => {
    const open = { ...nodes, r: { ...nodes["r"], otherwise: "r/otherwise/t" } as Node }
    const { calls } = run({ ...open, "r/otherwise/t": task() }, { says: () => "b" })
    expect(calls).toEqual(["r[] at 0", "r/otherwise/t[] at 10", "z[] at 20"])
  })
})

describe("a list", () => {
  const nodes = (concurrency: number) => ({ e: each(concurrency), "e/body/t": task() })

  it("is of no elements: the value is an empty list, and nothing is called", () => {
    expect(run(nodes(1), { input: "[]" })).toEqual({
      outcome: completed("[]"),
      calls: [],
      endedAtMs: 0
    })
  })

  it("fails where the value is none", () => {
    const nothing = "abcdefghijklmnopqrstuvwxyz"
      .split("")
      .map((text) => `"${text}"`)
      .find((text) => values.elements(text) === null)!
    const { outcome } = run(nodes(1), { input: nothing })
    expect(outcome).toEqual(failed(values.notAList("e"), "e"))
  })

  it("runs as many elements at once as it may, and gives what they came to in their order", () => {
    const { calls, outcome } = run(nodes(2), {
      input: "[1,2,3,4]",
      ms: { "e/body/t 0": 50, "e/body/t 1": 20, "e/body/t 2": 5 }
    })
    expect(calls).toEqual([
      "e/body/t[0] at 0",
      "e/body/t[1] at 0",
      "e/body/t[2] at 20",
      "e/body/t[3] at 25"
    ])
    const outputs = ["1", "2", "3", "4"].map((item) => outputOf("e/body/t", item))
    expect(outcome).toEqual(completed(values.list(outputs)))
  })

  it("fails with the first element that does, and opens no other", () => {
    const { calls, endedAtMs, outcome } = run(nodes(2), {
      input: "[1,2,3,4]",
      fails: ["e/body/t 1"],
      ms: { "e/body/t 0": 50 }
    })
    expect(calls).toEqual(["e/body/t[0] at 0", "e/body/t[1] at 0"])
    expect(outcome).toEqual(failed(errorOf("e/body/t", 1), "e/body/t"))
    expect(endedAtMs).toBe(10)
  })

  it("in a list, with a fork inside, has a strand of its own for each branch of each element", () => {
    const ids = new Set<string>()
    const { calls } = run(
      {
        e: { ...each(2), body: "e/body/e" } as Node,
        "e/body/e": { ...each(2), body: "e/body/e/body/f" } as Node,
        "e/body/e/body/f": {
          _tag: "Fork",
          join: "all",
          branches: { 0: "e/body/e/body/f/0/t", 1: "e/body/e/body/f/1/t" },
          next: null
        },
        "e/body/e/body/f/0/t": task(),
        "e/body/e/body/f/1/t": task()
      },
      {
        input: "[[1,2],[3,4]]",
        watch: (step) => {
          for (const id of step.calls) ids.add(id)
        }
      }
    )
    expect(calls).toHaveLength(8)
    expect([...ids].toSorted()).toEqual(
      ["0/e/0", "0/e/1", "1/e/0", "1/e/1"].flatMap((at) => [`e/${at}/f/0`, `e/${at}/f/1`])
    )
  })

  it("of 10,000 elements stores no more for each of them than one of ten does", () => {
    const stored: Array<number> = []
    const input = JSON.stringify(Array.from({ length: 10_000 }, (_, index) => index))
    const { calls } = run(nodes(10), { input, watch: (step) => stored.push(step.stored.length) })
    expect(calls).toHaveLength(10_000)
    expect(Math.max(...stored)).toBeLessThanOrEqual(2)
  })
})

describe("a join", () => {
  const ms = { "f/a/t": 10, "f/b/t": 20, "f/c/t": 30 }
  const won = (name: string) =>
    values.record([
      ["branch", `"${name}"`],
      ["value", outputOf(`f/${name}/t`, "1")]
    ])
  const few = (needed: number, names: string) =>
    values.tooFewBranches({
      node: "f",
      needed,
      errors: names.split("").map((name) => [name, errorOf(`f/${name}/t`, 1)])
    })
  const good = (names: string) =>
    values.record(names.split("").map((name) => [name, outputOf(`f/${name}/t`, "1")]))

  it.each<[string, Fork["join"], ReadonlyArray<string>, unknown, number]>([
    ["all: the record of all", "all", [], completed(good("abc")), 30],
    ["all: the first failure", "all", ["b", "c"], failed(errorOf("f/b/t", 1), "f/b/t"), 20],
    ["any: the first success", "any", ["a"], completed(won("b")), 20],
    ["any: no success at all", "any", ["a", "b", "c"], failed(few(1, "abc"), "f"), 30],
    ["race: the first", "race", ["b"], completed(won("a")), 10],
    ["race: the first, a failure", "race", ["a"], failed(errorOf("f/a/t", 1), "f/a/t"), 10],
    ["a quorum: the first of it", { quorum: 2 }, ["a"], completed(good("bc")), 30],
    ["a quorum: enough", { quorum: 2 }, [], completed(good("ab")), 20],
    ["a quorum: impossible", { quorum: 2 }, ["a", "b"], failed(few(2, "ab"), "f"), 20]
  ])("of %s", (_, join, fails, outcome, endedAtMs) => {
    const names = fails.map((name) => `f/${name}/t`)
    const result = run(fork(join, "abc"), { ms, fails: names })
    expect(result.outcome).toEqual(outcome)
    expect(result.endedAtMs).toBe(endedAtMs)
  })

  it("of settled: what each came to, the failures too", () => {
    const { outcome } = run(fork("settled", "ab"), { fails: ["f/a/t"] })
    const a = `{"ok":false,"error":${errorOf("f/a/t", 1)}}`
    const b = `{"ok":true,"value":${outputOf("f/b/t", "1")}}`
    expect(outcome).toEqual(completed(`{"a":${a},"b":${b}}`))
  })

  it("stops its losers, takes their rows away", () => {
    const stops: Array<string> = []
    const joined: Array<string> = []
    const options: Script = {
      ms: { ...ms, z: 100 },
      watch: (step, { rows }) => {
        if (step.joined.length === 0) return
        joined.push(...step.joined)
        stops.push(...step.stops)
        expect([...rows.keys()]).toEqual([""])
      }
    }
    const nodes = { ...fork("race", "abc", "z"), z: task() }
    const { calls } = run(nodes, options)
    expect(calls.at(-1)).toBe("z[] at 10")
    // The call of `a` is the one that has just ended.
    expect(stops.toSorted()).toEqual(["f/a", "f/b", "f/c"])
    expect(joined).toEqual(["f"])
  })

  it("comes before the branches that have not been opened, where they run one after another", () => {
    const nodes = { ...fork("race", "abc", "z"), z: task() }
    expect(run(nodes, { ms, overlap: false }).calls).toEqual(["f/a/t[] at 0", "z[] at 10"])
  })
})
