// What the generator refuses, with the text that a person reads.
import { existsSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { codes, explain } from "../../codegen/Codes.ts"
import { makeProject } from "./project.ts"

const problemsOf = async (
  files: Readonly<Record<string, string>>
): Promise<ReadonlyArray<string>> => {
  const project = makeProject(files)
  const report = await project.generate()
  const isWritten = existsSync(path.join(project.directory, "src/onward/registry.gen.ts"))
  expect(isWritten).toBe(report.ok)
  return report.problems.map(({ text }) => text)
}

const first = async (text: string): Promise<string | undefined> =>
  (await problemsOf({ "src/a.ts": text }))[0]

describe("an error shows its place", () => {
  it("for an id that is read when the program runs", async () => {
    const text = `import { task } from "onward"

const region = process.env.REGION ?? "eu"
export const sync = task(\`sync-\${region}\`, (id: string) => id)
export const other = 1
`
    expect(await first(text)).toBe(
      `src/a.ts:4:26 - error ONW101: The task id is computed: this expression is known only when the program runs.

    3 | const region = process.env.REGION ?? "eu"
  > 4 | export const sync = task(\`sync-\${region}\`, (id: string) => id)
      |                          ^^^^^^^^^^^^^^^^
    5 | export const other = 1

  help: Write a string literal, a constant, a property of a constant object or a member of a string enum.`
    )
  })

  it("for an id made of a parameter", async () => {
    const text = `import { task } from "onward"
export const make = (region: string) =>
  task("sync-" + region, (id: string) => id)
`
    expect(await first(text)).toBe(
      `src/a.ts:3:8 - error ONW103: The task id is made of 'region', a parameter: every call declares another task.

    2 | export const make = (region: string) =>
  > 3 |   task("sync-" + region, (id: string) => id)
      |        ^^^^^^^^^^^^^^^^
    4 |

  help: Declare each task with its own literal, and share the function that it calls.`
    )
  })

  it("for a workflow that nobody can import", async () => {
    const text = `import { type, workflow } from "onward"
const order = workflow("order", { input: type<string>() }, (b) => b)
void order
`
    expect(await first(text)).toBe(
      `src/a.ts:2:24 - error ONW105: The workflow "order" is not exported: no worker can import it.

    1 | import { type, workflow } from "onward"
  > 2 | const order = workflow("order", { input: type<string>() }, (b) => b)
      |                        ^^^^^^^
    3 | void order

  help: Write \`export\` in front of \`const order\`.`
    )
  })

  it("and the first one, for an id that is declared twice", async () => {
    const files = {
      "src/b.ts": `import { task } from "onward"\nexport const pay = task("charge", (id: string) => id)`,
      "src/a.ts": `import { task } from "onward"\nexport const charge = task("charge", (id: string) => id)`
    }
    expect(await problemsOf(files)).toEqual([
      `src/b.ts:2:25 - error ONW201: The task id "charge" is declared twice in this project.

    1 | import { task } from "onward"
  > 2 | export const pay = task("charge", (id: string) => id)
      |                         ^^^^^^^^

  src/a.ts:2:28 first declared here

    1 | import { task } from "onward"
  > 2 | export const charge = task("charge", (id: string) => id)
      |                            ^^^^^^^^

  help: Rename one of them; a name that runs in flight already know must stay.`
    ])
  })

  it("under tabs, and where the span is longer than its line", async () => {
    const text = `import { task } from "onward"
\texport const a = task([
\t\t"a"
\t].join(), (id: string) => id)`
    expect(await first(text)).toContain(`
  > 2 | \texport const a = task([
      | \t                      ^
    3 | \t\t"a"
`)
  })
})

describe("an id is refused", () => {
  const head = `import { task, type, workflow } from "onward"\n`
  const table: ReadonlyArray<readonly [fact: string, code: string, text: string]> = [
    ["that a function returns", "ONW101", `export const a = task(String(1), () => 1)`],
    ["that depends on a condition", "ONW101", `export const a = task(1 > 0 ? "a" : "b", () => 1)`],
    ["that can be reassigned", "ONW101", `let id = "a"; export const a = task(id, () => 1)`],
    ["that is a number", "ONW101", `enum Id { A } export const a = task(Id.A, () => 1)`],
    ["that a loop makes", "ONW101", `for (const id of ["a"]) task(id, () => 1)`],
    [
      "that a local constant holds",
      "ONW101",
      `export const f = () => { const id = "a"; return task(id, () => 1) }`
    ],
    ["that is missing", "ONW101", `export const a = task()`],
    [
      "that does not resolve",
      "ONW101",
      `import { A } from "./gone.ts"; export const a = task(A, () => 1)`
    ],
    [
      "that names itself",
      "ONW101",
      `const a1: string = a2, a2: string = a1; export const a = task(a1, () => 1)`
    ],
    ["with a space in it", "ONW102", `export const a = task("to pay", () => 1)`],
    ["that is empty", "ONW102", `export const a = task("", () => 1)`],
    [
      "of a workflow that a function makes",
      "ONW103",
      `export const f = (name: string) => workflow(name, { input: type<1>() }, (b) => b)`
    ],
    [
      "of a workflow inside a function",
      "ONW105",
      `export const f = () => workflow("f", { input: type<1>() }, (b) => b)`
    ],
    [
      "of a workflow inside an expression",
      "ONW105",
      `void workflow("f", { input: type<1>() }, (b) => b)`
    ]
  ]
  it.each(table)("%s", async (_, code, text) => {
    const project = makeProject({ "src/a.ts": head + text })
    const report = await project.generate()
    expect(report.problems.map((problem) => problem.code)).toEqual([code])
    expect(report.ok).toBe(false)
  })

  it("when two workflows have one name", async () => {
    const text = `${head}
      export const a = workflow("w", { input: type<1>() }, (b) => b)
      export const b = workflow("w", { input: type<1>() }, (b) => b)`
    expect(await first(text)).toContain(`error ONW201: The workflow name "w" is declared twice`)
  })
})

describe("a project is not refused", () => {
  it("for tasks with one id that no worker can load", async () => {
    const declaration = `import { task } from "onward"\nconst charge = task("charge", () => 1)\nvoid charge`
    const problems = await problemsOf({ "src/a.ts": declaration, "src/b.ts": declaration })
    expect(problems).toHaveLength(2)
    expect(problems[0]).toContain("src/a.ts:2:16 - warning ONW104")
  })

  it("for a task that only another task mentions, but it is warned", async () => {
    const text = `import { task, type, workflow } from "onward"
const inner = task("inner", () => 1)
const outer = task("outer", () => inner.id)
export const w = workflow("w", { input: type<unknown>() }, (b) => b.then(outer))`
    const problems = await problemsOf({ "src/a.ts": text })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`warning ONW104: The task "inner" is neither exported nor used`)
  })

  it("for what its tests declare", async () => {
    const text = `import { task } from "onward"\nexport const a = task("a" + Math.random(), () => 1)`
    const files = { "src/a.test.ts": text, "src/b.spec.tsx": text, "src/__tests__/c.ts": text }
    expect(await problemsOf(files)).toEqual([])
  })
})

it("findings come in the order of files and lines, the same each time", async () => {
  const files = Object.fromEntries(
    ["c", "a", "b"].map((name) => [
      `src/${name}.ts`,
      `import { task } from "onward"\nfor (const id of ["a"]) task(id, () => 1)\nexport const x = task("", () => 1)`
    ])
  )
  const problems = await problemsOf(files)
  const places = problems.map((text) => text.split(" ", 1)[0])
  expect(places).toEqual(
    ["a", "b", "c"].flatMap((name) => [`src/${name}.ts:2:30`, `src/${name}.ts:3:23`])
  )
  expect(await problemsOf(files)).toEqual(problems)
})

it("every code has its paragraph", () => {
  for (const code of Object.keys(codes) as ReadonlyArray<keyof typeof codes>) {
    expect(explain(code)).toMatch(new RegExp(`^${code}\n\n.{80,}\\.\\)?\n$`, "s"))
  }
})
