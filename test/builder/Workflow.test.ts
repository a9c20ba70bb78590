// A workflow declared by a program without types: what cannot be one is refused by name, option and what to do.
import { describe, expect, it } from "vitest"
import { InvalidWorkflow, type, workflow } from "../../src/index.ts"

const untyped: (...given: ReadonlyArray<unknown>) => unknown = (...given) =>
  Reflect.apply(workflow, undefined, given)
const input = type<number>()
const build = (b: unknown) => b

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe("a workflow", () => {
  it.each([
    ["name", ["", { input }, build], "write 1 to 128 letters"],
    ["name", ["a b", { input }, build], "write 1 to 128 letters"],
    ["options", ["w", build], 'got a function, write workflow("name", { input: type<A>() }'],
    ["input", ["w", {}, build], "got undefined, give a Standard Schema, or type<A>()"],
    ["input", ["w", { input: "number" }, build], 'got "number", give a Standard Schema'],
    ["version", ["w", { input, version: 2 }, build], "got 2, give a text"],
    ["inptu", ["w", { input, inptu: input }, build], "no such option, only input and version"],
    ["build function", ["w", { input }], "got undefined, write workflow("]
  ] as const)("has a usable %s: %j", (option, given, text) => {
    const error = thrownBy(() => untyped(...given))
    expect(error).toBeInstanceOf(InvalidWorkflow)
    expect(error).toMatchObject({ workflow: given[0], option })
    expect(error).toMatchObject({
      message: expect.stringContaining(`Workflow '${given[0]}' has no usable ${option}: `)
    })
    expect(error).toMatchObject({ message: expect.stringContaining(text) })
  })
})
