// The registry of the shop, loaded: every name leads to what has that name.
import { describe, expect, it } from "vitest"
import { inWorkflows, tasks, workflows } from "./fixtures/shop/src/onward/registry.gen.ts"

describe("the registry leads to", () => {
  it.each(Object.entries(tasks))("the task %s", async (name, load) => {
    expect((await load()).task).toBe(name)
  })

  it.each(Object.entries(workflows))("the workflow %s", async (name, load) => {
    expect((await load()).name).toBe(name)
  })

  it.each(Object.entries(inWorkflows))("the task %s through its workflow", async (name, owner) => {
    expect((await workflows[owner]()).tasks.has(name)).toBe(true)
  })
})
