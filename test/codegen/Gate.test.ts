// What the generator remembers of a run, and what makes it forget.
import { readdirSync, rmSync, utimesSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { recall } from "../../codegen/Gate.ts"
import { makeProject, type TestProject } from "./project.ts"

const files = {
  "node_modules/ids/package.json": `{ "name": "ids", "version": "1.0.0", "types": "index.d.ts" }`,
  "node_modules/ids/index.d.ts": `export declare const CHARGE: "charge"`,
  "src/tasks/charge.ts": `import { CHARGE } from "ids"
import { task } from "onward"
export const charge = task(CHARGE, (order: Order) => order)
interface Order { id: string }`,
  "src/order.ts": `import { type, workflow } from "onward"
import type { Total } from "./total.ts"
export const order = workflow("order", { input: type<Total>() }, (b) => b.step("end", () => 1))`,
  "src/total.ts": "export interface Total { cents: number }"
}

/** A project whose last run found nothing to write; its files are an hour old. */
const settled = async (): Promise<TestProject> => {
  const project = makeProject(files)
  await project.generate()
  const hourAgo = new Date(Date.now() - 3_600_000)
  for (const file of readdirSync(project.directory, { recursive: true, encoding: "utf8" })) {
    utimesSync(path.join(project.directory, file), hourAgo, hourAgo)
  }
  await project.generate()
  return project
}

const isKnown = ({ directory }: TestProject): boolean => recall({ directory }) !== undefined

describe("a run that found nothing to write", () => {
  it("is remembered with its report", async () => {
    const project = await settled()
    const report = recall({ directory: project.directory, check: true })
    expect(report).toEqual(await project.generate())
    expect(report?.files.map(({ state }) => state)).toEqual(["unchanged", "unchanged"])
  })

  it("is not remembered for other options", async () => {
    const { directory } = await settled()
    expect(recall({ directory, static: true })).toBeUndefined()
    expect(recall({ directory, out: "elsewhere" })).toBeUndefined()
  })

  const changes: ReadonlyArray<readonly [fact: string, change: (project: TestProject) => void]> = [
    ["a task changes", ({ write }) => write("src/tasks/charge.ts", "export {}")],
    ["a type that a workflow uses changes", ({ write }) => write("src/total.ts", "export {}")],
    ["a file is added", ({ write }) => write("src/tasks/new.ts", "export {}")],
    ["a file is removed", ({ directory }) => rmSync(path.join(directory, "src/order.ts"))],
    ["the tsconfig changes", ({ write }) => write("tsconfig.json", "{}")],
    ["an output changes", ({ write }) => write("src/onward/client.gen.ts", "")],
    [
      "an output is removed",
      ({ directory }) => rmSync(path.join(directory, "src/onward"), { recursive: true })
    ],
    [
      "a package's constant changes",
      ({ write }) => write("node_modules/ids/index.d.ts", "export {}")
    ],
    ["packages are installed", ({ write }) => write("node_modules/.package-lock.json", "{}")]
  ]
  it.each(changes)("is forgotten when %s", async (_, change) => {
    const project = await settled()
    expect(isKnown(project)).toBe(true)
    change(project)
    expect(isKnown(project)).toBe(false)
  })
})

it("a run with findings is not remembered", async () => {
  const project = await settled()
  project.write("src/tasks/charge.ts", `import { task } from "onward"\ntask("lost", () => 1)`)
  await project.generate()
  expect(isKnown(project)).toBe(false)
})

it("a run during which a file changed is not remembered", async () => {
  const project = await settled()
  const running = project.generate()
  project.write("src/total.ts", "export interface Total { cents: bigint }")
  await running
  expect(isKnown(project)).toBe(false)
})
