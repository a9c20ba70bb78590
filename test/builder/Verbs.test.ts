/* oxlint-disable typescript/no-explicit-any -- these programs are what the types refuse */
// What each verb that branches, repeats, handles or embeds compiles to, and what it refuses.
import { describe, expect, it } from "vitest"
import * as z from "zod"
import { workflow } from "../../src/builder/Workflow.ts"
import { run } from "../../src/index.ts"
import { type } from "../../src/task/StandardSchema.ts"
import { charge, child, nodesOf, number, same, untyped } from "./untyped.ts"

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
