// The generator in its thread: a chain that the main thread's stack cannot hold.
import { expect, it } from "vitest"
import { generate } from "../../codegen/index.ts"
import { makeProject } from "./project.ts"

const chain = (calls: number): string => `import { task, type, workflow } from "onward"
export const next = task("next", (n: number) => n + 1)
export const long = workflow("long", { input: type<number>() }, (b) => b
${Array.from({ length: calls }, (_, call) => `  .then(next.as("n${call}"))`).join("\n")}
)`

it("reads a chain of 1,000 calls", { timeout: 60_000 }, async () => {
  const project = makeProject({ "src/long.ts": chain(1_000) })
  const report = await generate({ directory: project.directory })
  expect(report).toMatchObject({ ok: true, tasks: 1, workflows: 1, problems: [] })
  expect(project.read("src/onward/client.gen.ts")).toContain(`"long": {
    input: number
    output: number`)
})

it("rejects when the disk refuses", { timeout: 60_000 }, async () => {
  const project = makeProject({ "src/onward": "a file where the folder should be" })
  await expect(generate({ directory: project.directory })).rejects.toThrow(/EEXIST|ENOTDIR/)
})
