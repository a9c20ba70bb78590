// What the generator discovers: every way in which people declare, name, export and pass on tasks
// and workflows.
import { describe, expect, it } from "vitest"
import { makeProject, type ProjectOptions } from "./project.ts"

type Files = Readonly<Record<string, string>>

/** The three tables of the registry that `files` give, as the lines of their entries. */
const registryOf = async (
  files: Files,
  options?: ProjectOptions
): Promise<ReadonlyArray<string>> => {
  const project = makeProject(files, options)
  const report = await project.generate()
  expect(report.problems.map(({ text }) => text)).toEqual([])
  const lines = project.read("src/onward/registry.gen.ts").split("\n")
  return lines.filter((line) => line.startsWith("  ")).map((line) => line.trim().replace(/,$/, ""))
}

const fn = "(value: string) => value"

describe("an id", () => {
  const declared = (id: string, before = "") => ({
    "src/a.ts": `import { task } from "onward"\n${before}\nexport const a = task(${id}, ${fn})`
  })
  const names: Files = {
    "src/names.ts": `
      export const CHARGE = "charge" as const
      export const ids = { deep: { charge: "charge" }, "two words": "charge" } as const
      export enum Id { Charge = "charge", Copy = Charge }
      const base = "char"
      export const joined = base + \`g\${"e"}\`
      export default { charge: "charge" }
    `
  }
  const table: ReadonlyArray<readonly [fact: string, files: Files]> = [
    ["a literal", declared(`"charge"`)],
    ["a template without parts", declared("`charge`")],
    ["a constant of the file", declared("ID", `const ID = "charge"`)],
    ["a template of constants", declared("`${A}rge`", `const A = "cha"`)],
    ["an imported constant", declared("CHARGE", `import { CHARGE } from "./names.ts"`)],
    ["a renamed import", declared("ID", `import { CHARGE as ID } from "./names.ts"`)],
    ["a namespace import", declared("n.ids.deep.charge", `import * as n from "./names.ts"`)],
    ["a default import", declared("n.charge", `import n from "./names.ts"`)],
    ["a property in brackets", declared(`ids["two words"]`, `import { ids } from "./names.ts"`)],
    ["a member of an enum", declared("Id.Charge", `import { Id } from "./names.ts"`)],
    ["a member that copies another", declared("Id.Copy", `import { Id } from "./names.ts"`)],
    ["a sum of strings", declared("joined", `import { joined } from "./names.ts"`)],
    [
      "a copy of a constant object",
      declared("mine.deep.charge", `import { ids } from "./names.ts"\nconst mine = ids`)
    ],
    ["an assertion around it", declared(`("charge" as const satisfies string)`)]
  ]
  it.each(table)("may be %s", async (_, files) => {
    expect(await registryOf({ ...names, ...files })).toEqual([
      `"charge": () => import("../a.ts").then((m) => m.a)`
    ])
  })

  it("is found through an alias of `paths`", async () => {
    const files = { ...names, ...declared("CHARGE", `import { CHARGE } from "#names"`) }
    const options = { paths: { "#names": ["./src/names.ts"] } }
    expect(await registryOf(files, options)).toHaveLength(1)
  })

  it("is found in a declaration file of an installed package", async () => {
    const files = {
      "node_modules/ids/package.json": `{ "name": "ids", "version": "1.0.0", "types": "index.d.ts" }`,
      "node_modules/ids/index.d.ts": `export declare const CHARGE: "charge"`,
      ...declared("CHARGE", `import { CHARGE } from "ids"`)
    }
    expect(await registryOf(files)).toHaveLength(1)
  })
})

describe("a callee is ours", () => {
  const table: ReadonlyArray<readonly [fact: string, files: Files]> = [
    [
      "imported under another name",
      { "src/a.ts": `import { task as t } from "onward"; export const a = t("a", ${fn})` }
    ],
    [
      "a member of a namespace",
      { "src/a.ts": `import * as o from "onward"; export const a = o.task("a", ${fn})` }
    ],
    [
      "imported from an entry point",
      { "src/a.ts": `import { task } from "onward/effect"; export const a = task("a", ${fn})` }
    ],
    [
      "exported again by the project",
      {
        "src/lib.ts": `export * from "onward"`,
        "src/a.ts": `import { task } from "./lib.ts"; export const a = task("a", ${fn})`
      }
    ],
    [
      "exported again under a name that says nothing",
      {
        "src/lib.ts": `export { task as unit } from "onward"`,
        "src/more.ts": `export { unit as piece } from "./lib.ts"`,
        "src/a.ts": `import { piece } from "./more.ts"; export const a = piece("a", ${fn})`
      }
    ],
    [
      "exported again as the default",
      {
        "src/lib.ts": `export { task as default } from "onward"`,
        "src/a.ts": `import anything from "./lib.ts"; export const a = anything("a", ${fn})`
      }
    ]
  ]
  it.each(table)("when it is %s", async (_, files) => {
    expect(await registryOf(files)).toEqual([`"a": () => import("../a.ts").then((m) => m.a)`])
  })

  it("not when it only has the name", async () => {
    const files = {
      "src/other.ts": `export const task = (id: string, fn: unknown) => [id, fn]`,
      "src/a.ts": `import { task } from "./other.ts"; export const a = task("a", ${fn})`,
      "src/b.ts": `const task = (id: string) => id; export const b = task("b")`,
      "src/c.ts": `import { task } from "onward"; export const c = ["c"].map((task: any) => task("c"))`,
      "src/d.ts": `import { workflow } from "other-package"; export const d = workflow("d")`
    }
    expect(await registryOf(files)).toEqual([])
  })
})

describe("a task is loaded by", () => {
  const exported = (text: string) => ({ "src/a.ts": `import { task } from "onward"\n${text}` })
  const table: ReadonlyArray<readonly [fact: string, text: string, member: string]> = [
    ["its own name", `export const a = task("a", ${fn})`, ".a"],
    ["the name it is exported under", `const x = task("a", ${fn}); export { x as a }`, ".a"],
    [
      "a name rather than the default",
      `const a = task("a", ${fn}); export default a; export { a }`,
      ".a"
    ],
    ["the default", `export default task("a", ${fn})`, ".default"],
    ["the default of a constant", `const a = task("a", ${fn}); export default a`, ".default"],
    ["a path into an object", `export const all = { pay: { a: task("a", ${fn}) } }`, ".all.pay.a"],
    [
      "a property that is no identifier",
      `export const all = { "to pay": task("a", ${fn}) }`,
      `.all["to pay"]`
    ],
    ["an element of an array", `export const all = [task("a", ${fn})]`, ".all[0]"],
    ["a path into the default", `export default { a: task("a", ${fn}) } as const`, ".default.a"],
    ["the constant of a renamed task", `export const b = task("a", ${fn}).as("b")`, ".b"]
  ]
  it.each(table)("%s", async (_, text, member) => {
    const expected = [`"a": () => import("../a.ts").then((m) => m${member})`]
    expect(await registryOf(exported(text))).toEqual(expected)
  })

  it("the module that declares it, whatever barrels pass it on", async () => {
    const files = {
      ...exported(`export const a = task("a", ${fn})`),
      "src/index.ts": `export * from "./a.ts"; export { a as again } from "./a.ts"`
    }
    expect(await registryOf(files)).toEqual([`"a": () => import("../a.ts").then((m) => m.a)`])
  })
})

describe("a task that is not exported is reached through the workflow", () => {
  const workflowOf = (body: string, before = "") => ({
    "src/a.ts": `import { task, type, workflow } from "onward"\n${before}
      export const w = workflow("w", { input: type<string>() }, ${body})`
  })
  const local = `const a = task("a", ${fn})`
  const table: ReadonlyArray<readonly [fact: string, files: Files]> = [
    ["that names it", workflowOf("(b) => b.then(a)", local)],
    ["that it is written in", workflowOf(`(b) => b.then(task("a", ${fn}))`)],
    ["that renames it", workflowOf(`(b) => b.then(a.as("again"))`, local)],
    ["that has it in a branch", workflowOf(`(b) => b.fork({ x: a }).join()`, local)],
    [
      "that has it in a nested branch",
      workflowOf(`(b) => b.fork({ x: (b) => b.then(a) }).join()`, local)
    ],
    ["that has it by shorthand", workflowOf(`(b) => b.fork({ a }).join()`, local)],
    [
      "that has it in an object",
      workflowOf(`(b) => b.then(all.a)`, `const all = { a: task("a", ${fn}) }`)
    ],
    [
      "whose flow is split over variables",
      workflowOf(`(b) => { const first = b.then(a); return first }`, local)
    ],
    [
      "whose flow is built by a function of the module",
      workflowOf(
        `(b) => tail(b)`,
        `${local}\nimport type { Flow } from "onward"
        const tail = (b: Flow<string, string, never>) => b.then(a)`
      )
    ],
    [
      "that calls the function which declares it",
      workflowOf("(b) => b.then(make())", `function make() { return task("a", ${fn}) }`)
    ],
    ["that uses a copy of it", workflowOf(`(b) => b.then(copy)`, `${local}\nconst copy = a`)]
  ]
  it.each(table)("%s", async (_, files) => {
    expect(await registryOf(files)).toEqual([
      `"w": () => import("../a.ts").then((m) => m.w)`,
      `"a": "w"`
    ])
  })
})

describe("a workflow is found", () => {
  const flow = `workflow("w", { input: type<string>() }, (b) => b)`
  const head = `import { type, workflow } from "onward"\n`
  const table: ReadonlyArray<readonly [fact: string, text: string, member: string]> = [
    ["as a constant", `export const w = ${flow}`, ".w"],
    ["as the default", `export default ${flow}`, ".default"],
    ["in an object", `export const flows = { w: ${flow} }`, ".flows.w"],
    ["under another name", `const w = ${flow}; export { w as main }`, ".main"]
  ]
  it.each(table)("%s", async (_, text, member) => {
    expect(await registryOf({ "src/a.ts": head + text })).toEqual([
      `"w": () => import("../a.ts").then((m) => m${member})`
    ])
  })
})
