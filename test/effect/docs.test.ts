// The examples of docs/effect.md are programs: taken from the page, type-checked and run.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"

const root = join(import.meta.dirname, "../..")
const page = readFileSync(join(root, "docs/effect.md"), "utf8")
const examples = [...page.matchAll(/<!-- example: (\w+) -->\n+```ts\n([\s\S]*?)```/g)].map(
  ([, name = "", code = ""]) => ({ name, code })
)
// Inside the project, so that the programs find the package by its name, and where no other check reads them.
mkdirSync(join(root, "out"), { recursive: true })
const folder = mkdtempSync(join(root, "out/effect-docs-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const node = (args: ReadonlyArray<string>) =>
  spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 120_000 }).stdout

it("has examples that type-check and print what they say", { timeout: 240_000 }, () => {
  expect(examples.map(({ name }) => name)).toEqual(["run", "engine", "plain"])
  for (const { code, name } of examples) writeFileSync(join(folder, `${name}.ts`), code)
  const without = examples[0]?.code.replace(/\n.*Effect\.provide.*\n/, "\n") ?? ""
  writeFileSync(join(folder, "without.ts"), without)
  const config = { extends: "../../tsconfig.json", include: ["*.ts"] }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config))
  // Without the Layer, and only then, the program does not compile.
  const errors = node([
    join(root, "node_modules/typescript7/bin/tsc"),
    "-p",
    ".",
    "--pretty",
    "false"
  ])
  expect(errors.match(/^\S+\.ts/gm)).toEqual([expect.stringContaining("without.ts")])
  expect(errors).toContain("Type 'Stripe' is not assignable to type 'never'")
  const printed = examples.map(({ name }) => node(["--conditions=onward-source", `${name}.ts`]))
  expect(printed).toEqual([
    "lamp was declined\n",
    "Dear Ann, please answer\n{ yes: true }\n",
    "Good morning, Ann\n"
  ])
})
