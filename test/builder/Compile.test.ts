/* oxlint-disable typescript/no-explicit-any -- these programs are what the types refuse */
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as z from "zod"
import { BuilderAwaited, NotAFlow, NotATask } from "../../src/builder/Builder.ts"
import {
  DuplicateId,
  InvalidName,
  InvalidOption,
  NameConflict
} from "../../src/builder/CompileError.ts"
import type { Flow } from "../../src/builder/Flow.ts"
import { workflow } from "../../src/builder/Workflow.ts"
import { Definition } from "../../src/ir/Definition.ts"
import { InvalidDefinition } from "../../src/ir/Validate.ts"
import { type } from "../../src/task/StandardSchema.ts"
import { task } from "../../src/task/Task.ts"

const same = task("same", (n: number) => n)
const twice = task("twice", { timeout: "30s", retry: { maxRetries: 2 } }, (n: number) => 2 * n)
const number = type<number>()

type NumberFlow = Flow<number, number, never, never, never, never>

/** Builds a workflow of calls that the types would refuse. */
const untyped = (build: (b: any) => any) => () =>
  workflow("wf", { input: number }, build as (b: NumberFlow) => NumberFlow)

describe("compile", () => {
  it("writes nodes in reading order, each named by its path", () => {
    const wf = workflow("wf", { input: number }, (b) =>
      b
        .then(same)
        .delay("1h")
        .delay(5)
        .fork({
          left: (b) => b.fork({ deep: twice, other: same.as("renamed") }).join(),
          right: (b) => b.delay("1s").awaitSignal("go", number)
        })
        .join("sum", ({ left, right }) => left.deep + right)
        .awaitSignal("ok", number, {
          as: "approval",
          timeout: "2d",
          onTimeout: (b) => b.then(twice)
        })
    )
    expect(Object.keys(wf.definition.nodes)).toEqual([
      "same",
      "same+delay",
      "same+delay2",
      "same+fork",
      "same+fork/left/start+fork",
      "same+fork/left/start+fork/deep/twice",
      "same+fork/left/start+fork/other/renamed",
      "same+fork/right/start+delay",
      "same+fork/right/go",
      "sum",
      "approval",
      "approval/timeout/twice"
    ])
    expect(wf.definition.entry).toBe("same")
    expect([...wf.tasks.keys()]).toEqual(["same", "twice", "wf#sum"])
    expect(Object.keys(wf.signals)).toEqual(["go", "ok"])
    expect(wf.definition.nodes["same+fork/left/start+fork/deep/twice"]).toEqual({
      _tag: "Task",
      task: "twice",
      policy: { retry: { maxRetries: 2, initialDelayMs: 0 }, timeoutMs: 30_000 },
      next: null
    })
  })

  it("gives plain JSON that its own schema reads back", () => {
    const wf = workflow("wf", { input: number }, (b) => b.call(same, (n) => n + 1).delay("1h"))
    const json: unknown = JSON.parse(JSON.stringify(wf.definition))
    expect(json).toEqual(wf.definition)
    expect(Schema.decodeUnknownSync(Definition)(json)).toEqual(wf.definition)
    expect([...wf.functions.keys()]).toEqual(["wf#same@input"])
  })

  it("returns the input where nothing was built", () => {
    expect(workflow("wf", { input: number }, (b) => b).definition.entry).toBeNull()
  })

  it("keeps the JSON Schemas that schemas offer", () => {
    const wf = workflow("wf", { input: z.object({ n: z.number() }) }, (b) =>
      b.step("n", ({ n }) => n).awaitSignal("go", z.custom<number>())
    )
    expect(wf.definition.types?.["input"]).toMatchObject({ type: "object", required: ["n"] })
  })

  it("compiles 10,000 nodes and 100 levels without call stack", () => {
    const long = workflow("long", { input: number }, (b) => {
      let flow: any = b
      for (let i = 0; i < 10_000; i++) flow = flow.then(same.as(`n${i}`))
      return flow as NumberFlow
    })
    expect(Object.keys(long.definition.nodes)).toHaveLength(10_000)
    const nest =
      (depth: number) =>
      (b: any): any =>
        depth === 0 ? b.then(same) : b.fork({ x: nest(depth - 1) }).join()
    expect(Object.keys(untyped(nest(100))().definition.nodes)).toHaveLength(101)
  })
})

describe("a builder", () => {
  it("is immutable: two flows share a prefix", () => {
    let shared: NumberFlow | undefined
    const wf = workflow("wf", { input: number }, (b) => {
      const prefix = b.then(same)
      shared = prefix.delay("1h") as unknown as NumberFlow
      return prefix.then(twice)
    })
    expect(shared).toBeDefined()
    expect(Object.keys(wf.definition.nodes)).toEqual(["same", "twice"])
  })

  it("throws BuilderAwaited when it is awaited", async () => {
    let awaited: Promise<unknown> | undefined
    workflow("wf", { input: number }, (b) => {
      awaited = (async () => await (b as any))()
      awaited.catch(() => {})
      return b.then(same)
    })
    await expect(awaited).rejects.toBeInstanceOf(BuilderAwaited)
  })

  it("throws BuilderAwaited at once when it is returned from an async function", () => {
    expect(untyped(async (b) => b.then(same))).toThrow(BuilderAwaited)
    expect(untyped((b) => b.fork({ x: async (b: any) => b.then(same) }).join())).toThrow(
      BuilderAwaited
    )
    expect(untyped((b) => b.then(() => 1))).toThrow(BuilderAwaited)
  })
})

describe("what cannot be a workflow", () => {
  const cases: ReadonlyArray<[string, (b: any) => any, new (...args: any) => Error, object]> = [
    [
      "a duplicate id",
      (b) => b.then(same).then(same),
      DuplicateId,
      { workflow: "wf", node: "same" }
    ],
    [
      "a duplicate of what comes before the fork",
      (b) => b.then(same).fork({ x: same }).join(),
      DuplicateId,
      { node: "same+fork/x/same" }
    ],
    ["a bad step id", (b) => b.step("a/b", () => 1), InvalidName, { node: "a/b", name: "a/b" }],
    [
      "a bad branch name",
      (b) => b.fork({ "a b": same }).join(),
      InvalidName,
      { node: "start+fork" }
    ],
    ["a bad duration", (b) => b.then(same).delay("1 hour"), InvalidOption, { node: "same+delay" }],
    [
      "a bad timeout",
      (b) => b.awaitSignal("go", number, { timeout: "x" }),
      InvalidOption,
      { node: "go" }
    ],
    [
      "an onTimeout without timeout",
      (b) => b.awaitSignal("go", number, { onTimeout: (b: any) => b.then(same) }),
      InvalidOption,
      { option: "onTimeout" }
    ],
    [
      "a bad step option",
      (b) => b.step("a", () => 1, { timeout: "x" }),
      InvalidOption,
      { node: "a" }
    ],
    [
      "a signal with two schemas",
      (b) => b.awaitSignal("go", z.number()).awaitSignal("go", z.number(), { as: "go2" }),
      NameConflict,
      { node: "go2", kind: "signal" }
    ],
    [
      "two tasks of one name",
      (b) => b.then(same).then(task("same", () => 1).as("b")),
      NameConflict,
      { kind: "task" }
    ],
    ["a fork without branches", (b) => b.fork({}).join(), InvalidDefinition, { workflow: "wf" }],
    [
      "an empty branch",
      (b) => b.fork({ x: (b: any) => b }).join(),
      InvalidDefinition,
      { workflow: "wf" }
    ],
    [
      "something else than a task",
      (b) => b.then(undefined),
      NotATask,
      { workflow: "wf", got: "undefined" }
    ],
    ["a fork without join", (b) => b.fork({ same }), NotAFlow, { got: "a fork without .join()" }],
    [
      "a branch on another builder",
      (b) => b.fork({ x: () => b.then(same) }).join(),
      NotAFlow,
      { place: "Region 'x'" }
    ]
  ]
  it.each(cases)("is refused at once: %s", (_name, build, error, fields) => {
    let thrown: unknown
    try {
      untyped(build)()
    } catch (cause) {
      thrown = cause
    }
    expect(thrown).toBeInstanceOf(error)
    expect(thrown).toMatchObject(fields)
  })
})
