// A project in a folder of its own, removed when the test ends. `onward` resolves to the light
// declarations beside.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { onTestFinished } from "vitest"
import { generateHere, type GenerateOptions, type Report } from "../../codegen/Generate.ts"

const surface = path.join(import.meta.dirname, "fixtures/onward/index.d.ts")

const compilerOptions = {
  target: "ES2024",
  lib: ["ES2024"],
  module: "NodeNext",
  moduleResolution: "NodeNext",
  types: [],
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true
}

export interface TestProject {
  readonly directory: string
  readonly generate: (options?: GenerateOptions) => Promise<Report>
  readonly read: (file: string) => string
  readonly write: (file: string, text: string) => void
}

export interface ProjectOptions {
  readonly compilerOptions?: Readonly<Record<string, unknown>>
  readonly paths?: Readonly<Record<string, ReadonlyArray<string>>>
}

/** Writes `files`, with the names of files as keys, and a tsconfig that includes `src`. */
export const makeProject = (
  files: Readonly<Record<string, string>>,
  options: ProjectOptions = {}
): TestProject => {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), "onward-")))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true })
    writeFileSync(path.join(directory, file), text)
  }
  const paths = { onward: [surface], ...options.paths }
  const tsconfig = {
    compilerOptions: { ...compilerOptions, ...options.compilerOptions, paths },
    include: ["src"]
  }
  write("tsconfig.json", JSON.stringify(tsconfig))
  for (const [file, text] of Object.entries(files)) write(file, text)
  return {
    directory,
    write,
    read: (file) => readFileSync(path.join(directory, file), "utf8"),
    generate: (given = {}) => generateHere({ directory, ...given })
  }
}
