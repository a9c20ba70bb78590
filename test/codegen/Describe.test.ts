// How a type of the project is printed for a client: one workflow a type, its input printed.
import { describe, expect, it } from "vitest"
import { makeProject } from "./project.ts"

const clientOf = async (
  type: string,
  before = "",
  files: Readonly<Record<string, string>> = {}
) => {
  const project = makeProject({
    ...files,
    "src/a.ts": `import { type, workflow } from "onward"\n${before}
      export const w = workflow("w", { input: type<${type}>() }, (b) => b.step("end", () => 1))`
  })
  const report = await project.generate()
  expect(report.problems.map(({ text }) => text)).toEqual([])
  return project.read("src/onward/client.gen.ts")
}

/** The first printed input of `client`, on one line. */
const inputIn = (client: string): string => {
  const [, input = ""] = /input: (.*?)\n {4}output/s.exec(client) ?? []
  return input.replaceAll(/\s+/g, " ").trim()
}

/** The printed definitions and input. */
const inputOf = async (type: string, before?: string): Promise<string> => {
  const client = await clientOf(type, before)
  const definitions = client.split("\n").filter((line) => line.startsWith("type "))
  return [...definitions, inputIn(client)].join("\n")
}

describe("a type is printed", () => {
  const table: ReadonlyArray<readonly [type: string, printed: string, before?: string]> = [
    ["string", "string"],
    ["boolean", "boolean"],
    ["true", "true"],
    ["12n | 3", "12n | 3"],
    ["null | undefined", "null | undefined"],
    ["void", "undefined"],
    ["any", "unknown"],
    ["object", "unknown"],
    ["never[]", "never[]"],
    ["`order-${number}`", "`order-${number}`"],
    ["Code", "`order-${number}`", "type Code = `order-${number}`"],
    [`"b" | "a" | "c"`, `"a" | "b" | "c"`],
    ["{ b: 1; a?: 2 }", "{ a?: 2; b: 1 }"],
    ["{ readonly a: string }", "{ a: string }"],
    ["{ a?: string | undefined }", "{ a?: string }"],
    [`{ "to pay": 1; 2: 3 }`, `{ "2": 3; "to pay": 1 }`],
    ["{}", "{}"],
    ["Record<string, number>", "{ [key: string]: number }"],
    [`Record<"b" | "a", number>`, "{ a: number; b: number }"],
    ["string[]", "string[]"],
    ["ReadonlyArray<string | number>", "readonly (number | string)[]"],
    ["readonly (readonly string[])[]", "readonly (readonly string[])[]"],
    ["[string, number?, ...boolean[]]", "[string, number?, ...boolean[]]"],
    ["readonly [a: string, b: 1 | 2]", "readonly [string, 1 | 2]"],
    ["Date", "Date"],
    ["Map<string, { b: 1; a: Set<number> }>", "Map<string, { a: Set<number>; b: 1 }>"],
    ["Uint8Array", "Uint8Array"],
    ["Id", "string", "type Id = string & { readonly brand: unique symbol }"],
    ["Color", `"blue" | "red"`, `enum Color { Red = "red", Blue = "blue" }`],
    ["Level", "0 | 1", "enum Level { Low, High }"],
    ["Partial<A>", "{ a?: string }", "interface A { a: string }"],
    [
      `Pick<A & B, "a" | "b">`,
      "{ a: string; b: number }",
      "interface A { a: string }\ninterface B { b: number }"
    ],
    ["Box<Box<number>>", "{ value: { value: number } }", "interface Box<T> { value: T }"],
    [
      "B",
      "{ a: string; b: number }",
      "interface A { a: string }\ninterface B extends A { b: number }"
    ],
    ["If<string>", `"yes"`, `type If<T> = T extends string ? "yes" : "no"`],
    [
      "Money",
      "{ cents: number }",
      "class Money { cents = 1; #secret = 1; private hidden = 2; add() {} get euros() { return 1 } }"
    ],
    [
      "{ run: () => void; later: Promise<string>; key: symbol }",
      "{ key: never; later: never; run: never }"
    ]
  ]
  // One project for the whole table: most of the time of a run is the compiler's start.
  const files = table.map(([type, , before = ""], row) => [
    `src/row${row}.ts`,
    `import { type, workflow } from "onward"\n${before}
      export const w = workflow("row${row}", { input: type<${type}>() }, (b) => b.step("end", () => 1))`
  ])
  let client: Promise<string> | undefined
  const generateAll = async (): Promise<string> => {
    const project = makeProject(Object.fromEntries(files))
    await project.generate()
    return project.read("src/onward/client.gen.ts")
  }
  const rows = table.map(([type, printed], row) => ({ type, printed, row }))
  it.each(rows)("$type as $printed", async ({ printed, row }) => {
    client ??= generateAll()
    const [, block = ""] = (await client).split(`  "row${row}": {\n`)
    expect(inputIn(block)).toBe(printed)
  })
})

describe("a type that contains itself gets a name", () => {
  it("when it is an interface", async () => {
    const before = "interface Tree { value: number; children: Tree[] }"
    expect(await inputOf("Tree", before)).toBe(
      "type Tree = { children: Tree[]; value: number }\nTree"
    )
  })

  it("when it is a union", async () => {
    const before = "type Json = string | number | Json[] | { [key: string]: Json }"
    const definition = "type Json = Json[] | number | string | { [key: string]: Json }"
    expect(await inputOf("{ a: Json }", before)).toBe(`${definition}\n{ a: Json }`)
  })

  it("when it does so through another type", async () => {
    const before = "interface A { b?: B }\ninterface B { a: A }"
    expect(await inputOf("A", before)).toBe("type A = { b?: { a: A } }\nA")
  })

  it("one each, when two have the same name", async () => {
    const other = `export interface Tree { left?: Tree }`
    const client = await clientOf(
      "{ a: Tree; b: Other }",
      `import type { Tree as Other } from "./other.ts"\ninterface Tree { up?: Tree }`,
      { "src/other.ts": other }
    )
    expect(client).toContain("type Tree = { up?: Tree }\n")
    expect(client).toContain("type Tree2 = { left?: Tree2 }\n")
    expect(client).toContain("input: { a: Tree; b: Tree2 }\n")
  })

  it("and ends, when it grows each time", async () => {
    expect(await inputOf("Grow<1>", "interface Grow<T> { next?: Grow<T[]> }")).toContain("unknown")
  })
})

describe("a type of an installed package", () => {
  const vendor = {
    "node_modules/vendor/package.json": `{ "name": "vendor", "version": "1.0.0", "types": "index.d.ts" }`,
    "node_modules/vendor/index.d.ts": `
      export {}
      interface Hidden { secret: string }
      export interface Event { id: string; hidden: Hidden }
      export type Kind = "a" | "b"
      export interface Page<T> { items: T[] }
      export type Flat<T> = { [K in keyof T]: T[K] }
      export declare namespace Api { interface Session { id: string } }
      export default interface Main { event: Event }`
  }
  const table: ReadonlyArray<readonly [type: string, imported: string, printed: string]> = [
    ["Event", "Event", "Event"],
    ["Kind", "Kind", "Kind"],
    ["Page<{ b: 1; a: Event }>", "Event, Page", "Page<{ a: Event; b: 1 }>"],
    ["Api.Session", "Api", "Api.Session"],
    ["Main", "default as Default", "Default"]
  ]
  const before = `import type Main from "vendor"\nimport type { Api, Event, Flat, Kind, Page } from "vendor"`
  it.each(table)("is imported by its name: %s", async (type, imported, printed) => {
    const client = await clientOf(type, before, vendor)
    expect(client).toContain(`import type { ${imported} } from "vendor"\n`)
    expect(client).toContain(`input: ${printed}\n`)
  })

  it("is expanded where the package gives it no name", async () => {
    const client = await clientOf(`Event["hidden"]`, before, vendor)
    expect(client).not.toContain("import")
    expect(client).toContain("input: { secret: string }\n")
  })

  it("is expanded where it is a generic alias", async () => {
    const client = await clientOf("Flat<{ b: 1; a: 2 }>", before, vendor)
    expect(client).toContain("input: { a: 2; b: 1 }\n")
  })
})

it("a workflow whose type is unknown is reported and gets a client of unknown", async () => {
  const project = makeProject({
    "src/a.ts": `import { workflow } from "onward"
      export const w: any = workflow
      export const broken = workflow("broken", undefined as any, undefined as any) `,
    "src/b.ts": `import { workflow } from "onward/gone"
      export const b = workflow("b")`
  })
  const report = await project.generate()
  expect(report.problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
    "warning ONW106"
  ])
  expect(project.read("src/onward/client.gen.ts")).toContain(`"b": {\n    input: unknown\n`)
})

it("two waits for one signal take what satisfies both", async () => {
  const project = makeProject({
    "src/a.ts": `import { type, workflow } from "onward"
      export const w = workflow("w", { input: type<1>() }, (b) => b
        .awaitSignal("ok", type<{ b: 1 }>())
        .awaitSignal("ok", type<{ a: 1 }>())
        .awaitSignal("no", type<string>()))`
  })
  await project.generate()
  expect(project.read("src/onward/client.gen.ts")).toContain(
    `signals: { "no": string; "ok": ({ a: 1 }) & ({ b: 1 }) }`
  )
})
