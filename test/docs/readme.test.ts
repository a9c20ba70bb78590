// The README's example is a program: it is taken from the page, type-checked and run.
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"

const root = join(import.meta.dirname, "../..")
const readme = readFileSync(join(root, "README.md"), "utf8")
const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""
// Inside the project, so that the program finds the package by its name.
const folder = mkdtempSync(join(root, "test/docs/readme-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const node = (args: ReadonlyArray<string>) =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 60_000 })

describe("README", () => {
  it("has an example of 20 lines", () => {
    expect(example.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(20)
  })

  it("stays under 120 lines", () => {
    expect(readme.split("\n").length).toBeLessThanOrEqual(120)
  })

  it("has an example that type-checks and runs", () => {
    writeFileSync(join(folder, "main.ts"), example)
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../../tsconfig.json", include: ["main.ts"] })
    )
    expect(node([join(root, "node_modules/typescript7/bin/tsc"), "-p", "."])).toBe("")
    const printed = node(["--conditions=onward-source", "main.ts"])
    expect(printed).toContain("packed { parcel: '2 lamps', cents: 1000 }")
    expect(printed).toContain("done { tracking: '1Z999' }")
    // Started again it finds its run, which has ended.
    const again = node(["--conditions=onward-source", "main.ts"])
    expect(again).toBe("done { tracking: '1Z999' }\n")
  })

  it("names files that exist", () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? "")
    for (const link of links)
      expect(() => readFileSync(join(root, link)), link).not.toThrow(/ENOENT/)
  })
})
