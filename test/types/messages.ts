// What the compiler says of a fixture of wrong programs. The texts are pinned on TypeScript 6, whose wording and
// order of union members are stable within a version.
import { fileURLToPath } from "node:url"
import ts from "typescript"

const project = fileURLToPath(new URL("../../tsconfig.json", import.meta.url))

/** Begins the comment of a mistake, so that other comments of a fixture name none. */
const mark = "//! "
const nameIn = (line: string): string => line.replace(mark, "")

const compilerOptions = (file: string): ts.CompilerOptions => {
  const { config } = ts.readConfigFile(project, (name) => ts.sys.readFile(name))
  const root = fileURLToPath(new URL("../..", import.meta.url))
  return ts.parseJsonConfigFileContent({ ...config, include: [], files: [file] }, ts.sys, root)
    .options
}

/** Each mistake of a fixture, by the comment above it, with what the compiler says. */
export const messagesOf = (fixture: URL): ReadonlyMap<string, string> => {
  const file = fileURLToPath(fixture)
  const options = compilerOptions(file)
  const host = ts.createCompilerHost(options)
  // Without the marks that let the project as a whole compile.
  host.readFile = (name) => ts.sys.readFile(name)?.replaceAll("// @ts-expect-error ", mark)
  const program = ts.createProgram([file], options, host)
  const source = program.getSourceFile(file)
  if (source === undefined) throw new Error(`${file} is missing`)
  const lines = source.text.split("\n")
  const found = new Map(
    lines.filter((line) => line.startsWith(mark)).map((line) => [nameIn(line), ""])
  )
  for (const { start = 0, messageText } of program.getSemanticDiagnostics(source)) {
    const { line } = source.getLineAndCharacterOfPosition(start)
    const name = nameIn(lines[line - 1] ?? "")
    found.set(name, (found.get(name) ?? "") + ts.flattenDiagnosticMessageText(messageText, "\n"))
  }
  return found
}

/** As the golden file holds them. */
export const listed = (messages: ReadonlyMap<string, string>): string =>
  `${[...messages].map(([name, text]) => `${name}\n${text.replaceAll(/^/gm, "  ")}`).join("\n\n")}\n`
