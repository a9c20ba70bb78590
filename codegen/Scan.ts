// First stage: the facts of one file, from its syntax alone. Nothing is resolved here and nothing
// is refused: a call is recorded when its callee has the name of an import, and the link stage asks
// whether that import is ours.
import type { Declaration, FileFacts, IdExpression, Imported, Path } from "./Facts.ts"
import type { ts, TypeScript } from "./Project.ts"
import { scanConstants } from "./ScanConstants.ts"
import { scanExports, scanImports } from "./ScanModule.ts"
import { localOwner, modulePath, ownerOf, withinOf } from "./Scope.ts"
import { idExpression, namesIn, pathOf, spanOf } from "./Syntax.ts"

/** The facts of `text`, the content of `file`. */
export const scan = (ts: TypeScript, file: string, text: string): FileFacts => {
  const source = ts.createSourceFile(
    file,
    text,
    { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone },
    true
  )
  const imports = scanImports(ts, source)
  const scanned = { ts, source, imports }
  return {
    imports,
    ...scanExports(ts, source),
    constants: scanConstants(ts, source),
    uses: scanUses(scanned),
    declarations: scanDeclarations(scanned)
  }
}

interface Scanned {
  readonly ts: TypeScript
  readonly source: ts.SourceFile
  readonly imports: ReadonlyMap<string, Imported>
}

const scanDeclarations = (scanned: Scanned): ReadonlyArray<Declaration> => {
  const { ts, source } = scanned
  const found: Array<Declaration> = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const callee = calleeOf(scanned, node)
      if (callee !== undefined) found.push(declaration(scanned, node, callee))
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** What is called, if it is an import: that of the module, not a local name that hides it. */
const calleeOf = ({ ts, imports }: Scanned, call: ts.CallExpression): Path | undefined => {
  const callee = pathOf(ts, call.expression)
  const head = callee?.[0]
  if (callee === undefined || head === undefined || !isCandidate(callee, imports)) return undefined
  return localOwner(ts, call, head) === undefined ? callee : undefined
}

/** An import as it is, or one member of a module: `task(...)`, `onward.task(...)`. */
const isCandidate = ([head = "", ...rest]: Path, imports: Scanned["imports"]): boolean =>
  rest.length === 0 ? imports.has(head) : rest.length === 1 && imports.get(head)?.name === "*"

const declaration = (scanned: Scanned, call: ts.CallExpression, callee: Path): Declaration => {
  const { ts, source } = scanned
  const argument = call.arguments[0]
  const id: IdExpression =
    argument === undefined
      ? { _tag: "Computed", why: "the call has no argument" }
      : shadowed(ts, call, idExpression(ts, argument))
  const parameter = argument && parameterOf(ts, call, idExpression(ts, argument))
  const path = modulePath(ts, call)
  const owner = ownerOf(ts, call)
  return {
    callee,
    span: spanOf(call, source),
    id,
    idSpan: spanOf(argument ?? call, source),
    ...(parameter === undefined ? {} : { parameter }),
    ...(path === undefined ? {} : { path }),
    ...(owner === undefined ? {} : { owner }),
    within: withinOf(ts, call),
    uses: isTaskCall(scanned, call) ? [] : usesOf(scanned, call)
  }
}

/**
 * An id made of a name that a function or block around the call declares is not a constant of the
 * module.
 */
const shadowed = (ts: TypeScript, call: ts.Node, id: IdExpression): IdExpression => {
  const local = namesIn(id).find(
    ([head]) => head !== undefined && localOwner(ts, call, head) !== undefined
  )
  return local === undefined
    ? id
    : { _tag: "Computed", why: `'${local.join(".")}' has another value each time this code runs` }
}

const parameterOf = (ts: TypeScript, call: ts.Node, id: IdExpression): string | undefined =>
  namesIn(id).find(
    ([head]) => head !== undefined && localOwner(ts, call, head) === "parameter"
  )?.[0]

const scanUses = (scanned: Scanned): ReadonlyMap<string, ReadonlyArray<Path>> => {
  const { ts, source } = scanned
  const uses = new Map<string, ReadonlyArray<Path>>()
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name) && initializer !== undefined)
          uses.set(name.text, usesOf(scanned, initializer))
      }
    } else if (ts.isFunctionDeclaration(statement) && statement.body !== undefined) {
      uses.set(statement.name?.text ?? "default", usesOf(scanned, statement.body))
    } else if (ts.isExportAssignment(statement)) {
      uses.set("default", usesOf(scanned, statement.expression))
    }
  }
  return uses
}

/**
 * The names that stand for a value in `node`, each once, as long as they are written:
 * `groups.billing.refund`. What a task does inside is no part of the flow that has the task.
 */
const usesOf = (scanned: Scanned, node: ts.Node): ReadonlyArray<Path> => {
  const { ts } = scanned
  const found = new Map<string, Path>()
  const visit = (child: ts.Node): void => {
    if (ts.isTypeNode(child) || isTaskCall(scanned, child)) return
    if (ts.isPropertyAssignment(child)) return visit(child.initializer)
    if (ts.isIdentifier(child) || ts.isPropertyAccessExpression(child)) {
      const path = pathOf(ts, child)
      if (path !== undefined) {
        found.set(path.join("."), path)
        return
      }
    }
    if (ts.isPropertyAccessExpression(child)) return visit(child.expression)
    ts.forEachChild(child, visit)
  }
  visit(node)
  return [...found.values()]
}

/** A task by the look of it. One under a name of its own is looked into, which does no harm. */
const isTaskCall = ({ ts, imports }: Scanned, node: ts.Node): boolean => {
  if (!ts.isCallExpression(node)) return false
  const [head = "", member] = pathOf(ts, node.expression) ?? []
  const name = imports.get(head)?.name
  return name === "*" ? member === "task" : name === "task" && member === undefined
}
