// The examples of docs/values.md are programs: they are taken from the page, type-checked, and run by Node alone.
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { afterAll, expect, it } from "vitest"

const root = path.resolve(import.meta.dirname, "../..")
const page = readFileSync(path.join(root, "docs/values.md"), "utf8")
const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = ""]) => text)
// Inside the project, so that the programs find the package by its name.
const folder = mkdtempSync(path.join(root, "test/store/values-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const node = (args: ReadonlyArray<string>) =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 60_000 })

it("has examples that type-check and run", { timeout: 60_000 }, () => {
  const [money, engine, deflate] = examples
  expect(examples).toHaveLength(3)
  const uses = `
import { Engine, memory, type, workflow } from "onward"
import { deflate } from "./deflate.ts"
import { Money } from "./money.ts"

const adding = workflow("adding", { input: type<Money>() }, (b) =>
  b.step("add", (money) => [money.plus(money)])
)
await using engine = await Engine.open({ store: memory(), workflows: [adding], seal: deflate })
const [sum] = await (await engine.start(adding, new Money(2n))).result()
console.log(sum instanceof Money, sum?.cents)
`
  for (const [name, text = ""] of Object.entries({ money, engine, deflate, uses })) {
    writeFileSync(path.join(folder, `${name}.ts`), text)
  }
  writeFileSync(
    path.join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../../tsconfig.json", include: ["*.ts"] })
  )
  expect(node([path.join(root, "node_modules/typescript7/bin/tsc"), "-p", "."])).toBe("")
  expect(node(["--conditions=onward-source", "engine.ts"])).toBe("1234\n")
  expect(node(["--conditions=onward-source", "uses.ts"])).toBe("true 4n\n")
})
