// The import and export tables of a file.
import type { Imported } from "./Facts.ts"
import type { ts, TypeScript } from "./Project.ts"

/**
 * Local name to the export that it stands for. Type-only imports are in: they do no harm and name
 * enums.
 */
export const scanImports = (
  ts: TypeScript,
  source: ts.SourceFile
): ReadonlyMap<string, Imported> => {
  const imports = new Map<string, Imported>()
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier))
      continue
    const from = statement.moduleSpecifier.text
    const clause = statement.importClause
    const bindings = clause?.namedBindings
    if (clause?.name !== undefined) imports.set(clause.name.text, { from, name: "default" })
    if (bindings === undefined) continue
    if (ts.isNamespaceImport(bindings)) imports.set(bindings.name.text, { from, name: "*" })
    else {
      for (const { name, propertyName } of bindings.elements) {
        imports.set(name.text, { from, name: (propertyName ?? name).text })
      }
    }
  }
  return imports
}

interface Exports {
  readonly exports: ReadonlyMap<string, string | Imported>
  readonly stars: ReadonlyArray<string>
}

export const scanExports = (ts: TypeScript, source: ts.SourceFile): Exports => {
  const exports = new Map<string, string | Imported>()
  const stars: Array<string> = []
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement)) {
      const star = addExportDeclaration(ts, exports, statement)
      if (star !== undefined) stars.push(star)
    } else if (ts.isExportAssignment(statement)) {
      const { expression } = statement
      if (statement.isExportEquals !== true) {
        exports.set("default", ts.isIdentifier(expression) ? expression.text : "default")
      }
    } else if (ts.canHaveModifiers(statement)) {
      const kinds = new Set(ts.getModifiers(statement)?.map(({ kind }) => kind))
      if (!kinds.has(ts.SyntaxKind.ExportKeyword)) continue
      const isDefault = kinds.has(ts.SyntaxKind.DefaultKeyword)
      for (const local of declaredNames(ts, statement))
        exports.set(isDefault ? "default" : local, local)
    }
  }
  return { exports, stars }
}

/** Adds what an `export { ... }` or `export * as` names; returns the module of an `export *`. */
const addExportDeclaration = (
  ts: TypeScript,
  exports: Map<string, string | Imported>,
  { exportClause, moduleSpecifier }: ts.ExportDeclaration
): string | undefined => {
  const from =
    moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined
  if (exportClause === undefined) return from
  if (ts.isNamespaceExport(exportClause)) {
    if (from !== undefined) exports.set(exportClause.name.text, { from, name: "*" })
    return undefined
  }
  for (const { name, propertyName } of exportClause.elements) {
    const origin = (propertyName ?? name).text
    exports.set(name.text, from === undefined ? origin : { from, name: origin })
  }
  return undefined
}

const declaredNames = (ts: TypeScript, statement: ts.Statement): ReadonlyArray<string> => {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name) ? [name.text] : []
    )
  }
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  return isNamed ? [statement.name?.text ?? "default"] : []
}
