// Each page of docs/nodes shows a program and what it prints. Both are taken from the page: the programs are
// type-checked together, and each is run as a process of its own.
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { promisify } from "node:util"
import { afterAll, describe, expect, it } from "vitest"

const root = path.join(import.meta.dirname, "../..")
const docs = path.join(root, "docs/nodes")
const linesMax = 82
// Inside the project, so that a program finds the package by its name.
// Inside the package, so that a page may import it by its name.
mkdirSync(path.join(root, "out"), { recursive: true })
const folder = mkdtempSync(path.join(root, "out/nodes-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Page {
  readonly name: string
  readonly text: string
  readonly program: string
  readonly expected: string
}

const blockOf = (text: string, language: string): string =>
  new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "m").exec(text)?.[1] ?? ""

const toPage = (file: string): Page => {
  const text = readFileSync(path.join(docs, file), "utf8")
  const name = path.basename(file, ".md")
  return { name, text, program: blockOf(text, "ts"), expected: blockOf(text, "text") }
}

const index = readFileSync(path.join(docs, "README.md"), "utf8")
const pages = readdirSync(docs)
  .filter((file) => file !== "README.md")
  .map(toPage)

const node = async (...args: ReadonlyArray<string>): Promise<string> => {
  const options = { cwd: folder, timeout: 60_000 }
  const { stderr, stdout } = await promisify(execFile)(process.execPath, args, options)
  return stdout + stderr
}

describe("the pages of docs/nodes", () => {
  it("are all in the index", () => {
    const linked = [...index.matchAll(/\]\(([\w-]+)\.md\)/g)].map(([, name]) => name)
    expect(new Set(linked)).toEqual(new Set(pages.map(({ name }) => name)))
  })

  it("have programs that type-check", { timeout: 60_000 }, async () => {
    for (const { name, program } of pages) writeFileSync(path.join(folder, `${name}.ts`), program)
    const config = { extends: "../../tsconfig.json", include: ["*.ts"] }
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config))
    const tsc = path.join(root, "node_modules/typescript7/bin/tsc")
    expect(await node(tsc, "-p", ".").catch(outputOf)).toBe("")
  })

  it.each(pages)(
    "print what they say: $name",
    { timeout: 60_000 },
    async ({ expected, name, program }) => {
      expect(expected).not.toBe("")
      const file = path.join(folder, `${name}.run.ts`)
      writeFileSync(file, program)
      expect(await node("--conditions=onward-source", file)).toBe(expected)
    }
  )

  it.each(pages)("say what holds, in few words: $name", ({ text }) => {
    expect(text.split("\n").length).toBeLessThanOrEqual(linesMax)
    for (const part of [
      "```mermaid\n",
      "\n## What holds\n",
      "\n## Limits\n",
      "\n## What a wrong program meets\n"
    ]) {
      expect(text).toContain(part)
    }
  })

  it.each([...pages, { name: "README", text: index }])("link to what exists: $name", ({ text }) => {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link ?? "")
    for (const link of links) {
      expect(() => readFileSync(path.join(docs, link)), link).not.toThrow(/ENOENT/)
    }
  })
})

/** What a program printed that ended with an error. */
const outputOf = (failed: unknown): string =>
  failed instanceof Error && "stdout" in failed ? String(failed.stdout) : String(failed)
