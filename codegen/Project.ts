// The one file that knows ts-morph. The other stages take plain compiler nodes and the `ts` given
// here, so a compiler with another wrapper, or none, replaces this file alone. ts-morph is loaded
// when a project is opened, not before.
import type { ts } from "ts-morph"
import * as path from "node:path"
import type { Problem } from "./Problem.ts"

export type { ts } from "ts-morph"
export type TypeScript = typeof ts

export interface Project {
  readonly ts: TypeScript
  /** The folder of the tsconfig. */
  readonly directory: string
  readonly options: ts.CompilerOptions
  /** Sources that the tsconfig includes, without declaration files. */
  readonly files: ReadonlyArray<string>
  /** The tsconfig and those that it extends. */
  readonly configs: ReadonlyArray<string>
  /** Folders whose new files the tsconfig would include. */
  readonly folders: ReadonlyArray<string>
  /** A program of `files` and what they import, with the project's ambient declarations. */
  readonly program: (files: ReadonlyArray<string>) => ts.Program
}

/** Opens the project of `tsconfig`, or says why it cannot be opened. */
export const open = async (tsconfig: string): Promise<Project | Problem> => {
  const morph = await load()
  if (morph === undefined) return morphMissing
  const { ts } = morph
  const unreadable: Array<string> = []
  const configs: Array<string> = []
  const parsed = ts.getParsedCommandLineOfConfigFile(
    tsconfig,
    {},
    {
      ...ts.sys,
      readFile: (file) => {
        configs.push(file)
        return ts.sys.readFile(file)
      },
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) =>
        unreadable.push(ts.flattenDiagnosticMessageText(messageText, "\n"))
    }
  )
  if (parsed === undefined) return configUnreadable(tsconfig, unreadable.join("\n"))
  const error = parsed.errors.find(({ category }) => category === ts.DiagnosticCategory.Error)
  // Code 18003: the tsconfig includes no file. An empty project has an empty registry.
  if (error !== undefined && error.code !== 18003) {
    return configUnreadable(tsconfig, ts.flattenDiagnosticMessageText(error.messageText, "\n"))
  }
  const ambient = parsed.fileNames.filter(isDeclaration)
  return {
    ts,
    directory: path.posix.dirname(tsconfig),
    options: parsed.options,
    files: parsed.fileNames.filter((file) => !isDeclaration(file) && !file.endsWith(".json")),
    configs,
    folders: Object.keys(parsed.wildcardDirectories ?? {}),
    program: (files) => {
      const project = new morph.Project({
        compilerOptions: parsed.options,
        skipAddingFilesFromTsConfig: true,
        skipFileDependencyResolution: true
      })
      for (const file of [...ambient, ...files]) project.addSourceFileAtPath(file)
      return project.getProgram().compilerObject
    }
  }
}

const isDeclaration = (file: string): boolean => /\.d\.([^.]+\.)?[cm]?ts$/.test(file)

const load = async (): Promise<typeof import("ts-morph") | undefined> => {
  try {
    return await import("ts-morph")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")
      return undefined
    throw error
  }
}

const morphMissing: Problem = {
  code: "ONW002",
  severity: "error",
  message: "The package ts-morph is not installed.",
  help: "npm install --save-dev ts-morph"
}

const configUnreadable = (tsconfig: string, why: string): Problem => ({
  code: "ONW001",
  severity: "error",
  message: `The project ${path.posix.basename(tsconfig)} could not be read: ${why}`,
  help: "Name the tsconfig of the sources with --project."
})
