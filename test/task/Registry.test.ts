import { describe, expect, it } from "vitest"
import { workflow } from "../../src/builder/Workflow.ts"
import { fromModule, fromWorkflows, RegisteredTwice } from "../../src/task/Registry.ts"
import { type } from "../../src/task/StandardSchema.ts"
import { task } from "../../src/task/Task.ts"

const number = type<number>()
const double = task("double", (n: number) => 2 * n)
const sums = workflow("sums", { input: number }, (b) =>
  b
    .then(double)
    .step("add", (n) => n + 1)
    .call(double.as("again"), (n) => n)
)
const other = workflow("other", { input: number }, (b) => b.then(double.as("first")))

describe("a registry of workflows", () => {
  it("finds workflows, tasks, steps written in place and functions by name", () => {
    const registry = fromWorkflows([sums, other])
    expect(registry.workflow("sums")).toBe(sums)
    expect(registry.task("double")).toBe(double.entry)
    expect(registry.task("sums#add")).toBe(sums.tasks.get("sums#add"))
    expect(registry.fn("sums#again@input")).toBe(sums.functions.get("sums#again@input"))
  })

  it("finds nothing where nothing is", () => {
    const registry = fromWorkflows([sums])
    expect(registry.workflow("other")).toBeUndefined()
    expect(registry.task("again")).toBeUndefined()
    expect(registry.task("other#add")).toBeUndefined()
    expect(registry.fn("double")).toBeUndefined()
    expect(registry.fn("toString")).toBeUndefined()
  })

  it("takes one workflow twice, and two of one name not", () => {
    expect(fromWorkflows([sums, sums]).workflow("sums")).toBe(sums)
    const twin = workflow("sums", { input: number }, (b) => b)
    expect(() => fromWorkflows([sums, twin])).toThrow(
      new RegisteredTwice({ kind: "workflow", name: "sums" })
    )
  })

  it("refuses two tasks of one name", () => {
    const twin = task("double", (n: number) => n + n)
    const wf = workflow("twin", { input: number }, (b) => b.then(twin))
    expect(() => fromWorkflows([sums, wf])).toThrow(
      "Two tasks are called 'double': rename one, runs are found again by these names"
    )
  })
})

describe("a registry of a generated module", () => {
  const loading = () => {
    const loaded: Array<string> = []
    const load =
      <A>(name: string, value: A) =>
      async (): Promise<A> => {
        loaded.push(name)
        return value
      }
    const registry = fromModule({
      tasks: { double: load("double", double) },
      workflows: { sums: load("sums", sums), other: load("other", other) },
      inWorkflows: { hidden: "sums" }
    })
    return { loaded, registry }
  }

  it("loads what is asked for, when it is asked for", async () => {
    const { loaded, registry } = loading()
    expect(loaded).toEqual([])
    expect(await registry.task("double")).toBe(double.entry)
    expect(loaded).toEqual(["double"])
    expect(await registry.workflow("other")).toBe(other)
    expect(loaded).toEqual(["double", "other"])
  })

  it("finds a step written in place and a function with their workflow", async () => {
    const { loaded, registry } = loading()
    expect(await registry.task("sums#add")).toBe(sums.tasks.get("sums#add"))
    expect(await registry.fn("sums#again@input")).toBe(sums.functions.get("sums#again@input"))
    expect(new Set(loaded)).toEqual(new Set(["sums"]))
  })

  it("finds a task that no module exports with the workflow that brings it", async () => {
    const registry = fromModule({
      tasks: {},
      workflows: { sums: () => sums },
      inWorkflows: { double: "sums" }
    })
    expect(await registry.task("double")).toBe(double.entry)
  })

  it("finds nothing where nothing is, not even what every object has", async () => {
    const { loaded, registry } = loading()
    expect(await registry.workflow("toString")).toBeUndefined()
    expect(await registry.task("constructor")).toBeUndefined()
    expect(await registry.task("nowhere#add")).toBeUndefined()
    expect(await registry.fn("double")).toBeUndefined()
    expect(loaded).toEqual([])
    expect(await registry.task("hidden")).toBeUndefined()
  })
})
