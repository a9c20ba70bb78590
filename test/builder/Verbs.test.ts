/* oxlint-disable typescript/no-explicit-any -- these programs are what the types refuse */
// What each verb that branches, repeats, handles or embeds compiles to, and what it refuses.
import { describe, expect, it } from "vitest"
import * as z from "zod"
import { NotAFlow, NotATask } from "../../src/builder/Builder.ts"
import {
  DuplicateId,
  InvalidName,
  InvalidOption,
  NameConflict
} from "../../src/builder/CompileError.ts"
import type { Flow } from "../../src/builder/Flow.ts"
import { workflow } from "../../src/builder/Workflow.ts"
import { run } from "../../src/index.ts"
import { InvalidDefinition } from "../../src/ir/Validate.ts"
import { type } from "../../src/task/StandardSchema.ts"
import { task } from "../../src/task/Task.ts"

class Declined extends Error {
  readonly _tag = "Declined"
}

const same = task("same", (n: number) => n)
const charge = task("charge", { errors: [Declined] }, (n: number) => n)
const number = type<number>()
const child = workflow("child", { input: number }, (b) => b.then(charge).awaitSignal("go", number))

type NumberFlow = Flow<number, number, never, never, never, never>

/** Builds a workflow of calls that the types would refuse. */
const untyped = (build: (b: any) => any) =>
  workflow("wf", { input: number }, build as (b: NumberFlow) => NumberFlow)

const nodesOf = (build: (b: any) => any) => untyped(build).definition.nodes
const idsOf = (build: (b: any) => any) => Object.keys(nodesOf(build))

describe("route", () => {
  it("names arms by their keys, and the arm of the others apart", () => {
    const wf = untyped((b) =>
      b.then(charge).route((n: number) => n, { gold: same, 1: child, "*": (b: any) => b.delay(1) })
    )
    expect(Object.keys(wf.definition.nodes)).toEqual([
      "charge",
      "charge+route",
      "charge+route/1/child",
      "charge+route/1/child/body/charge",
      "charge+route/1/child/body/go",
      "charge+route/gold/same",
      "charge+route/otherwise/start+delay"
    ])
    expect(wf.definition.nodes["charge+route"]).toEqual({
      _tag: "Route",
      on: { select: "wf#charge+route@select" },
      arms: { 1: "charge+route/1/child", gold: "charge+route/gold/same" },
      otherwise: "charge+route/otherwise/start+delay",
      next: null
    })
    expect([...wf.functions.keys()]).toEqual(["wf#charge+route@select"])
  })

  it("on a property needs no function, and an arm may pass the value on", () => {
    const wf = untyped((b) => b.routeOn("kind", { a: (b: any) => b, b: same }))
    expect(wf.definition.nodes["start+route"]).toEqual({
      _tag: "Route",
      on: { property: "kind" },
      arms: { a: null, b: "start+route/b/same" },
      next: null
    })
    expect(wf.functions.size).toBe(0)
  })
})

describe("loop", () => {
  it("takes a callback, a task or a workflow as its body", () => {
    const wf = untyped((b) =>
      b
        .then(same)
        .loop(charge, { while: () => false })
        .loop(child, { while: () => false, max: 3, onMax: "continue" })
        .loop((b: any) => b.delay(1).then(same.as("again")), { while: () => false })
    )
    expect(Object.keys(wf.definition.nodes)).toEqual([
      "same",
      "same+loop",
      "same+loop/body/charge",
      "same+loop2",
      "same+loop2/body/child",
      "same+loop2/body/child/body/charge",
      "same+loop2/body/child/body/go",
      "same+loop3",
      "same+loop3/body/start+delay",
      "same+loop3/body/again"
    ])
    expect(wf.definition.nodes["same+loop"]).toEqual({
      _tag: "Loop",
      body: "same+loop/body/charge",
      while: "wf#same+loop@while",
      policy: { max: 100, onMax: "fail" },
      next: "same+loop2"
    })
    expect(wf.definition.nodes["same+loop2"]).toMatchObject({
      policy: { max: 3, onMax: "continue" }
    })
  })
})

describe("forEach", () => {
  it("makes its list in a task of its own", () => {
    const nodes = nodesOf((b) =>
      b.then(same).forEach((n: number) => [n], charge, { concurrency: 2 })
    )
    expect(nodes).toMatchObject({
      same: { next: "same+items" },
      "same+items": { _tag: "Task", task: "wf#same+items", next: "same+foreach" },
      "same+foreach": {
        _tag: "ForEach",
        body: "same+foreach/body/charge",
        policy: { concurrency: 2 },
        next: null
      }
    })
  })
})

describe("catch", () => {
  it("encloses what stands above it without a new name", () => {
    const wf = untyped((b) =>
      b
        .then(charge)
        .delay("1s")
        .catch("Declined", (b: any) => b.then(same))
        .catchAll(same.as("last"))
        .step("end", (n: number) => n)
    )
    const { entry, nodes } = wf.definition
    expect(entry).toBe("charge+catch")
    expect(Object.keys(nodes)).toEqual([
      "charge+catch",
      "charge+catch.Declined",
      "charge",
      "charge+delay",
      "charge+catch.Declined/Declined/same",
      "charge+catch/*/last",
      "end"
    ])
    expect(nodes["charge+catch.Declined"]).toEqual({
      _tag: "Catch",
      body: "charge",
      handlers: { Declined: "charge+catch.Declined/Declined/same" },
      next: null
    })
    expect(nodes["charge+catch"]).toMatchObject({ body: "charge+catch.Declined", next: "end" })
  })

  it("keeps the names of two catches of one tag apart", () => {
    expect(
      idsOf((b) => b.then(charge).catch("Declined", same).catch("Declined", same.as("b")))
    ).toContain("charge+catch.Declined2/Declined/b")
  })

  it("of a tag with other characters gives a name without them", () => {
    expect(idsOf((b) => b.then(charge).catch("app/Declined", same))).toContain(
      "charge+catch.app-Declined"
    )
  })
})

describe("sleepUntil", () => {
  it("stores a time as policy, and a function by name", () => {
    const nodes = nodesOf((b) => b.sleepUntil(new Date(5)).sleepUntil(() => new Date(5)))
    expect(nodes).toEqual({
      "start+sleepuntil": { _tag: "SleepUntil", policy: { atMs: 5 }, next: "start+sleepuntil2" },
      "start+sleepuntil2": { _tag: "SleepUntil", at: "wf#start+sleepuntil2@at", next: null }
    })
  })
})

describe("joins", () => {
  it.each([
    ["any", "any"],
    ["race", "race"],
    ["allSettled", "settled"]
  ])("%s is stored as such", (verb, join) => {
    expect(nodesOf((b) => b.fork({ same, charge })[verb]())["start+fork"]).toMatchObject({ join })
  })
  it("of a quorum stores its count", () => {
    expect(nodesOf((b) => b.fork({ same, charge }).quorum(2))["start+fork"]).toMatchObject({
      join: { quorum: 2 }
    })
  })
})

describe("thenFlow", () => {
  it("brings nodes below its own, and tasks and signals by their names", () => {
    const wf = untyped((b) => b.then(same).thenFlow(child).delay(1))
    expect(Object.keys(wf.definition.nodes)).toEqual([
      "same",
      "child",
      "child/body/charge",
      "child/body/go",
      "child+delay"
    ])
    expect(wf.definition.nodes["child"]).toEqual({
      _tag: "Inline",
      workflow: "child",
      version: "1",
      body: "child/body/charge",
      next: "child+delay"
    })
    expect([...wf.tasks.keys()]).toEqual(["same", "charge"])
    expect(Object.keys(wf.signals)).toEqual(["go"])
  })

  it("may stand in two branches, and in an arm beside", () => {
    const wf = untyped((b) =>
      b
        .fork({ a: child, b: (b: any) => b.thenFlow(child) })
        .join()
        .routeOn("a", { x: child })
    )
    expect(Object.keys(wf.definition.nodes).filter((id) => id.endsWith("/body/go"))).toEqual([
      "start+fork/a/child/body/go",
      "start+fork/b/child/body/go",
      "start+route/x/child/body/go"
    ])
  })

  it("checks what goes into a child that has a schema", async () => {
    const even = z.number().multipleOf(2)
    const half = workflow("half", { input: even }, (b) => b.step("half", (n) => n / 2))
    const wf = workflow("wf", { input: number }, (b) => b.then(same).thenFlow(half))
    expect(Object.keys(wf.definition.nodes)).toEqual([
      "same",
      "half",
      "half/body/start+input",
      "half/body/half"
    ])
    expect(await run(wf, 4)).toBe(2)
    await expect(run(wf, 3)).rejects.toThrow(/multiple of 2/)
    const inArm = workflow("wf", { input: number }, (b) =>
      b.route((n) => n > 0, { true: half, false: half }).delay(0)
    )
    expect(await run(inArm, -4)).toBe(-2)
    await expect(run(inArm, 5)).rejects.toThrow(/multiple of 2/)
  })

  it("gives what the schema of a child makes of its input", async () => {
    const coerced = z.object({ n: z.coerce.number<string>(), more: z.string().default("x") })
    const read = workflow("read", { input: coerced }, (b) => b.step("n", ({ more, n }) => n + more))
    const wf = workflow("wf", { input: type<string>() }, (b) =>
      b.step("wrap", (n) => ({ n })).thenFlow(read)
    )
    expect(await run(wf, "7")).toBe("7x")
  })
})

const at = (node: string, option: string) => ({ workflow: "wf", node, option })
const conflicting = workflow("conflict", { input: number }, (b) => b.awaitSignal("go", z.number()))

describe("what cannot be a workflow", () => {
  const loop = (options: object) => (b: any) => b.then(same).loop(charge, options)
  const cases: ReadonlyArray<[string, (b: any) => any, new (...args: any) => Error, object]> = [
    [
      "a loop of no rounds",
      loop({ while: () => true, max: 0 }),
      InvalidOption,
      at("same+loop", "max")
    ],
    [
      "a loop of half rounds",
      loop({ while: () => true, max: 1.5 }),
      InvalidOption,
      at("same+loop", "max")
    ],
    [
      "a loop of no number",
      loop({ while: () => true, max: "3" }),
      InvalidOption,
      at("same+loop", "max")
    ],
    ["a loop without a condition", loop({}), InvalidOption, at("same+loop", "while")],
    [
      "a loop that ends in an unknown way",
      loop({ while: () => true, onMax: "stop" }),
      InvalidOption,
      at("same+loop", "onMax")
    ],
    [
      "a loop without options",
      (b) => b.then(same).loop(charge),
      InvalidOption,
      at("same+loop", "options")
    ],
    [
      "a misspelt option of a loop",
      loop({ while: () => true, maximum: 3 }),
      InvalidOption,
      at("same+loop", "maximum")
    ],
    [
      "a misspelt option of forEach",
      (b) => b.forEach(() => [], same, { concurency: 2 }),
      InvalidOption,
      at("start+foreach", "concurency")
    ],
    [
      "a concurrency of 0",
      (b) => b.forEach(() => [], same, { concurrency: 0 }),
      InvalidOption,
      at("start+foreach", "concurrency")
    ],
    [
      "a list without a function",
      (b) => b.forEach([1], same),
      InvalidOption,
      { workflow: "wf", node: "start+items" }
    ],
    [
      "an invalid time",
      (b) => b.then(same).sleepUntil(new Date(Number.NaN)),
      InvalidOption,
      at("same+sleepuntil", "sleepUntil")
    ],
    [
      "a time as a text",
      (b) => b.sleepUntil("2030-01-01"),
      InvalidOption,
      at("start+sleepuntil", "sleepUntil")
    ],
    [
      "a route without a function",
      (b) => b.route(undefined, { a: same }),
      InvalidOption,
      at("start+route", "select")
    ],
    [
      "a bad arm name",
      (b) => b.routeOn("k", { "a b": same }),
      InvalidName,
      { node: "start+route", name: "a b" }
    ],
    ["a route without arms", (b) => b.routeOn("k", {}), InvalidDefinition, { workflow: "wf" }],
    [
      "an arm that is nothing",
      (b) => b.routeOn("k", { a: undefined }),
      NotATask,
      { place: "Region 'a'" }
    ],
    [
      "an arm of another builder",
      (b) => b.routeOn("k", { a: () => b.then(same) }),
      NotAFlow,
      { place: "Region 'a'" }
    ],
    [
      "an empty body",
      (b) => b.loop((b: any) => b, { while: () => true }),
      InvalidDefinition,
      { workflow: "wf" }
    ],
    [
      "a quorum of none",
      (b) => b.fork({ same }).quorum(0),
      InvalidOption,
      at("start+fork", "quorum")
    ],
    [
      "a quorum of more than there are",
      (b) => b.fork({ same }).quorum(2),
      InvalidDefinition,
      { workflow: "wf" }
    ],
    [
      "a misspelt option of a signal",
      (b) => b.awaitSignal("go", number, { timeuot: "1d" }),
      InvalidOption,
      at("go", "timeuot")
    ],
    [
      "an id from inside a catch",
      (b) => b.then(same).catchAll(charge).then(same),
      DuplicateId,
      { node: "same", id: "same" }
    ],
    [
      "an id from outside, in a handler",
      (b) => b.then(same).catchAll(same),
      DuplicateId,
      { node: "same+catch/*/same" }
    ],
    [
      "an id from outside, in a body",
      (b) => b.then(same).loop(same, { while: () => true }),
      DuplicateId,
      { node: "same+loop/body/same" }
    ],
    [
      "a child used twice",
      (b) => b.thenFlow(child).thenFlow(child),
      DuplicateId,
      { node: "child", id: "child" }
    ],
    [
      "a child called like a step",
      (b) => b.step("child", () => 1).thenFlow(child),
      DuplicateId,
      { node: "child" }
    ],
    [
      "a child that awaits a signal by another schema",
      (b) => b.thenFlow(child).thenFlow(conflicting),
      NameConflict,
      { node: "conflict", kind: "signal", name: "go" }
    ],
    ["a task as a child", (b) => b.thenFlow(same), NotATask, { place: "Trunk" }],
    ["a child as a task", (b) => b.then(child), NotATask, { place: "Trunk" }]
  ]
  it.each(cases)("is refused at once: %s", (_name, build, error, fields) => {
    let thrown: unknown
    try {
      untyped(build)
    } catch (cause) {
      thrown = cause
    }
    expect(thrown).toBeInstanceOf(error)
    expect(thrown).toMatchObject(fields)
  })
})

describe("length and depth", () => {
  it("of 10,000 steps in 10 catches cost no call stack", () => {
    const nodes = nodesOf((b) => {
      for (let i = 0; i < 10_000; i++) {
        b = b.then(same.as(`n${i}`))
        if (i % 1_000 === 999) b = b.catch("Declined", (b: any) => b.delay(1))
      }
      return b
    })
    expect(Object.keys(nodes)).toHaveLength(10_000 + 10 + 10)
  })

  it("of 500 forks and catches in each other cost no call stack of the compiler", () => {
    // The callbacks of an author nest on the stack that the author has: 50 at a time, in 10 workflows.
    const nest =
      (depth: number, inner: unknown) =>
      (b: any): any =>
        depth === 0 ? b.fork({ inner }).join() : b.fork({ x: nest(depth - 1, inner) }).join()
    let wf: { readonly definition: { readonly nodes: object } } = child
    for (let i = 0; i < 10; i++) {
      const build = nest(49, wf)
      const caught = (b: any): any => build(b).catchAll((b: any) => b.delay(1))
      wf = workflow(`w${i}`, { input: number }, caught as (b: NumberFlow) => NumberFlow)
    }
    // Each workflow: its forks, its catch with a handler, and the workflow inside.
    expect(Object.keys(wf.definition.nodes)).toHaveLength(10 * (50 + 2 + 1) + 2)
  })
})
