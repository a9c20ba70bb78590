// The example of docs/generator.md is what the generator makes of it.
import { readFileSync } from "node:fs"
import path from "node:path"
import { expect, it } from "vitest"
import { codes } from "../../codegen/Codes.ts"
import { makeProject } from "./project.ts"

const docs = readFileSync(path.join(import.meta.dirname, "../../docs/generator.md"), "utf8")

/** The code blocks that start with the name of a file, by that name. */
const blocks = Object.fromEntries(
  [...docs.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs)].map(([, file = "", text = ""]) => [
    file,
    text
  ])
)

it("the outputs are those that the page shows", async () => {
  const isOutput = (file: string): boolean => file.endsWith(".gen.ts")
  const entries = Object.entries(blocks)
  const project = makeProject(Object.fromEntries(entries.filter(([file]) => !isOutput(file))))
  expect(await project.generate()).toMatchObject({ ok: true, tasks: 2, workflows: 1 })
  const outputs = entries.filter(([file]) => isOutput(file))
  expect(outputs).toHaveLength(2)
  for (const [file, text] of outputs) {
    expect(project.read(file).replaceAll("// prettier-ignore\n", "")).toContain(`\n\n${text}`)
  }
})

it("the page lists every code", () => {
  const listed = [...docs.matchAll(/^\| (ONW\d+)/gm)].map(([, code]) => code)
  expect(listed).toEqual(Object.keys(codes))
})
