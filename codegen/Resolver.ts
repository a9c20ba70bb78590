// Which file a module specifier means, by the compiler's own rules, so that what generates is what
// compiles.
import * as path from "node:path"
import type { ts, TypeScript } from "./Project.ts"

/**
 * The package whose `task` and `workflow` count; also what the resolver answers for its modules.
 */
export const library = "onward"

export interface ResolverOptions {
  readonly ts: TypeScript
  readonly options: ts.CompilerOptions
  /** The folder of the project. */
  readonly directory: string
  /** The sources of the project. */
  readonly files: ReadonlySet<string>
}

/** From a file and a specifier in it to a file, or `library`. */
export type Resolver = (from: string, specifier: string) => string | undefined

export const make = ({ ts, options, directory, files }: ResolverOptions): Resolver => {
  const modules = ts.createModuleResolutionCache(directory, (name) => name, options)
  const known = new Map<string, string | undefined>()
  const search = (from: string, specifier: string): string | undefined => {
    const { resolvedModule } = ts.resolveModuleName(specifier, from, options, ts.sys, modules)
    return resolvedModule?.packageId?.name === library ? library : resolvedModule?.resolvedFileName
  }
  return (from, specifier) => {
    if (specifier === library || specifier.startsWith(`${library}/`)) return library
    const isRelative = specifier.startsWith(".")
    const folder = path.posix.dirname(from)
    const key = isRelative ? path.posix.join(folder, specifier) : `${folder}\0${specifier}`
    if (!known.has(key)) {
      // A search asks the disk many times; the full name of a source needs none.
      const isWritten = isRelative && files.has(key)
      known.set(key, isWritten ? key : search(from, specifier))
    }
    return known.get(key)
  }
}
