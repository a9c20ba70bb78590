// What the compiler says where a Layer is missing. The texts are pinned on TypeScript 6, whose wording and
// order of union members are stable within a version.
import { fileURLToPath } from "node:url"
import ts from "typescript"
import { expect, it } from "vitest"

const file = fileURLToPath(new URL("fixtures/mistakes.ts", import.meta.url))
const project = fileURLToPath(new URL("../../tsconfig.json", import.meta.url))

const compilerOptions = (): ts.CompilerOptions => {
  const { config } = ts.readConfigFile(project, (name) => ts.sys.readFile(name))
  const root = fileURLToPath(new URL("../..", import.meta.url))
  return ts.parseJsonConfigFileContent({ ...config, include: [], files: [file] }, ts.sys, root)
    .options
}

/** Each mistake of the fixture, by the comment above it, with what the compiler says. */
const messages = (): ReadonlyMap<string, string> => {
  const options = compilerOptions()
  const host = ts.createCompilerHost(options)
  // Without the marks that let the project as a whole compile.
  host.readFile = (name) => ts.sys.readFile(name)?.replaceAll("// @ts-expect-error ", "// ")
  const program = ts.createProgram([file], options, host)
  const source = program.getSourceFile(file)
  if (source === undefined) throw new Error(`${file} is missing`)
  const lines = source.text.split("\n")
  const found = new Map(
    lines
      .filter((line) => line.startsWith("// "))
      .slice(1)
      .map((line) => [line.slice(3), ""])
  )
  for (const { start = 0, messageText } of program.getSemanticDiagnostics(source)) {
    const { line } = source.getLineAndCharacterOfPosition(start)
    const name = lines[line - 1]?.replace("// ", "") ?? ""
    found.set(name, (found.get(name) ?? "") + ts.flattenDiagnosticMessageText(messageText, "\n"))
  }
  return found
}

it("names the services that are missing", { timeout: 60_000 }, async () => {
  const found = messages()
  expect([...found].filter(([, text]) => text === "")).toEqual([])
  const listed = [...found].map(([name, text]) => `${name}\n${text.replaceAll(/^/gm, "  ")}`)
  await expect(`${listed.join("\n\n")}\n`).toMatchFileSnapshot("golden/messages.txt")
})
