// Where the walker stops because a package has a name for the type: the client then says `import
// type { PushEvent }` instead of repeating a hundred lines. Only what the package really exports
// counts; the rest is expanded.
import type { ts, TypeScript } from "./Project.ts"
import { isReference } from "./TypeReference.ts"

export interface PackageBorder {
  /** The name under which an installed package exports `type`, and its type arguments. */
  readonly find: (type: ts.Type) => VendorType | undefined
  /** What `find` answered so far: one entry for each imported name. */
  readonly imports: ReadonlyArray<VendorImport>
}

export interface VendorType {
  readonly name: string
  readonly arguments: ReadonlyArray<ts.Type>
}

export interface VendorImport {
  readonly specifier: string
  readonly imported: string
  readonly local: string
}

export interface PackageBorderOptions {
  readonly ts: TypeScript
  readonly program: ts.Program
  readonly uniqueName: (wanted: string) => string
}

/** An export of a package: `Stripe` from `stripe`, then `.Checkout.Session`. */
interface Exported {
  readonly specifier: string
  readonly path: ReadonlyArray<string>
}

export const make = ({ ts, program, uniqueName }: PackageBorderOptions): PackageBorder => {
  const checker = program.getTypeChecker()
  const entries = entryFiles(ts, program)
  const tables = new Map<string, ReadonlyMap<ts.Symbol, Exported>>()
  const imports = new Map<string, VendorImport>()

  const tableOf = (name: string): ReadonlyMap<ts.Symbol, Exported> => {
    const known = tables.get(name)
    if (known !== undefined) return known
    const table = new Map<ts.Symbol, Exported>()
    for (const { specifier, file } of entries.get(name) ?? []) {
      const symbol = checker.getSymbolAtLocation(file)
      if (symbol !== undefined) addExports({ ts, checker, table, specifier }, symbol, [])
    }
    tables.set(name, table)
    return table
  }

  const importOf = ({ specifier, path: [imported = "default"] }: Exported): VendorImport => {
    const key = `${specifier}#${imported}`
    const known = imports.get(key)
    if (known !== undefined) return known
    const local = uniqueName(imported === "default" ? "Default" : imported)
    const made = { specifier, imported, local }
    imports.set(key, made)
    return made
  }

  const find = (type: ts.Type): VendorType | undefined => {
    // A generic alias is expanded: what it made of its arguments is the type, the arguments need
    // not be data.
    const isAlias = type.aliasSymbol !== undefined
    if (isAlias && (type.aliasTypeArguments?.length ?? 0) > 0) return undefined
    const symbol = type.aliasSymbol ?? type.getSymbol()
    const name = symbol && packageOf(symbol)
    if (symbol === undefined || name === undefined) return undefined
    const exported = tableOf(name).get(symbol)
    if (exported === undefined) return undefined
    const { local } = importOf(exported)
    const args = !isAlias && isReference(ts, type) ? checker.getTypeArguments(type) : []
    return { name: [local, ...exported.path.slice(1)].join("."), arguments: args }
  }

  return {
    find,
    get imports() {
      return [...imports.values()]
    }
  }
}

/** The installed package that declares `symbol`; the platform's own types belong to none. */
const packageOf = (symbol: ts.Symbol): string | undefined => {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName
  const name = file && packageName(file)
  return name === "typescript" || name === "@types/node" ? undefined : name
}

const packageName = (file: string): string | undefined =>
  /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]

interface Entry {
  readonly specifier: string
  readonly file: ts.SourceFile
}

/**
 * The modules of packages that the project itself imports, by package. Another entry point may not
 * be public.
 */
const entryFiles = (
  ts: TypeScript,
  program: ts.Program
): ReadonlyMap<string, ReadonlyArray<Entry>> => {
  const entries = new Map<string, Map<string, ts.SourceFile>>()
  const options = program.getCompilerOptions()
  const modules = ts.createModuleResolutionCache(
    program.getCurrentDirectory(),
    (name) => name,
    options
  )
  for (const source of program.getSourceFiles()) {
    if (source.isDeclarationFile) continue
    for (const specifier of specifiersOf(ts, source)) {
      if (specifier.startsWith(".")) continue
      const { resolvedModule } = ts.resolveModuleName(
        specifier,
        source.fileName,
        options,
        ts.sys,
        modules
      )
      const file = resolvedModule && program.getSourceFile(resolvedModule.resolvedFileName)
      const name = file && packageName(file.fileName)
      if (file === undefined || name === undefined) continue
      const known = entries.get(name) ?? new Map<string, ts.SourceFile>()
      entries.set(name, known.set(specifier, file))
    }
  }
  return new Map(
    [...entries].map(([name, files]) => [name, [...files].map(toEntry).toSorted(bySpecifier)])
  )
}

const specifiersOf = (ts: TypeScript, source: ts.SourceFile): ReadonlyArray<string> =>
  source.statements.flatMap((statement) =>
    (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) &&
    statement.moduleSpecifier !== undefined &&
    ts.isStringLiteral(statement.moduleSpecifier)
      ? [statement.moduleSpecifier.text]
      : []
  )

const toEntry = ([specifier, file]: readonly [string, ts.SourceFile]): Entry => ({
  specifier,
  file
})

/** The shortest specifier first: `effect` before `effect/Option`. */
const bySpecifier = (a: Entry, b: Entry): number =>
  a.specifier.length - b.specifier.length || (a.specifier < b.specifier ? -1 : 1)

interface Table {
  readonly ts: TypeScript
  readonly checker: ts.TypeChecker
  readonly table: Map<ts.Symbol, Exported>
  readonly specifier: string
}

/**
 * Adds the exported types below `module`, those of namespaces under dotted names. The first name
 * found stays.
 */
const addExports = (into: Table, module: ts.Symbol, path: ReadonlyArray<string>): void => {
  const { ts, checker, table, specifier } = into
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol =
      exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    const here = [...path, exported.name]
    const isType = (symbol.flags & ts.SymbolFlags.Type) !== 0
    if (isType && !table.has(symbol)) table.set(symbol, { specifier, path: here })
    if (symbol.flags & ts.SymbolFlags.Namespace && here.length < 3) addExports(into, symbol, here)
  }
}
