// Where a node stands: which function, loop or block is around it, which names those declare, and
// by which path the module's own scope reaches a value. No symbol table: the questions are few and
// most files never need the binder.
import type { Declaration, Path } from "./Facts.ts"
import type { ts, TypeScript } from "./Project.ts"
import { isWrapper, propertyName } from "./Syntax.ts"

/** Who declares `name` between `node` and the module's own scope. */
export const localOwner = (
  ts: TypeScript,
  node: ts.Node,
  name: string
): "parameter" | "local" | undefined => {
  for (
    let scope = node.parent;
    scope !== undefined && !ts.isSourceFile(scope);
    scope = scope.parent
  ) {
    if (
      ts.isFunctionLike(scope) &&
      scope.parameters.some((parameter) => binds(ts, parameter.name, name))
    ) {
      return "parameter"
    }
    if (ts.isBlock(scope) && scope.statements.some((statement) => declares(ts, statement, name)))
      return "local"
    if (
      isLoopOver(ts, scope) &&
      isList(ts, scope.initializer) &&
      listBinds(ts, scope.initializer, name)
    )
      return "local"
  }
  return undefined
}

const isLoopOver = (
  ts: TypeScript,
  node: ts.Node
): node is ts.ForOfStatement | ts.ForInStatement | ts.ForStatement =>
  ts.isForOfStatement(node) || ts.isForInStatement(node) || ts.isForStatement(node)

const isList = (ts: TypeScript, node: ts.Node | undefined): node is ts.VariableDeclarationList =>
  node !== undefined && ts.isVariableDeclarationList(node)

const listBinds = (ts: TypeScript, list: ts.VariableDeclarationList, name: string): boolean =>
  list.declarations.some((declaration) => binds(ts, declaration.name, name))

const declares = (ts: TypeScript, statement: ts.Statement, name: string): boolean => {
  if (ts.isVariableStatement(statement)) return listBinds(ts, statement.declarationList, name)
  return (
    (ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isEnumDeclaration(statement)) &&
    statement.name?.text === name
  )
}

const binds = (ts: TypeScript, binding: ts.BindingName, name: string): boolean =>
  ts.isIdentifier(binding)
    ? binding.text === name
    : binding.elements.some(
        (element) => ts.isBindingElement(element) && binds(ts, element.name, name)
      )

export const withinOf = (ts: TypeScript, node: ts.Node): Declaration["within"] => {
  for (
    let owner = node.parent;
    owner !== undefined && !ts.isSourceFile(owner);
    owner = owner.parent
  ) {
    if (ts.isFunctionLike(owner)) return "function"
    if (ts.isIterationStatement(owner, false)) return "loop"
  }
  return "module"
}

/** The name of the module's own scope whose declaration `node` is part of. */
export const ownerOf = (ts: TypeScript, node: ts.Node): string | undefined => {
  let owner: ts.Node = node
  let name: string | undefined
  for (; !ts.isSourceFile(owner); owner = owner.parent) {
    if (ts.isVariableDeclaration(owner) && ts.isIdentifier(owner.name)) name = owner.name.text
    else if (ts.isFunctionDeclaration(owner)) name = owner.name?.text ?? "default"
    else if (ts.isExportAssignment(owner)) name = "default"
  }
  return name
}

/**
 * The path that leads from the module's own scope to the value of `call`: `["charge"]`, `["groups",
 * "billing", "refund"]`, `["default"]`. A call of `.as("name")` on the value keeps the path.
 */
export const modulePath = (ts: TypeScript, call: ts.CallExpression): Path | undefined => {
  const path: Array<string> = []
  let node: ts.Node = call
  for (;;) {
    const { parent } = node
    if (ts.isVariableDeclaration(parent)) {
      return isModuleConstant(ts, parent) && ts.isIdentifier(parent.name)
        ? [parent.name.text, ...path]
        : undefined
    }
    if (ts.isExportAssignment(parent)) return ["default", ...path]
    if (ts.isPropertyAssignment(parent)) {
      const name = propertyName(ts, parent.name)
      if (name === undefined) return undefined
      path.unshift(name)
    } else if (ts.isArrayLiteralExpression(parent)) {
      path.unshift(String(parent.elements.findIndex((element) => element === node)))
    } else if (isRename(ts, parent)) {
      node = parent.parent
      continue
    } else if (!isWrapper(ts, parent) && !ts.isObjectLiteralExpression(parent)) {
      return undefined
    }
    node = parent
  }
}

const isModuleConstant = (ts: TypeScript, declaration: ts.VariableDeclaration): boolean =>
  ts.isVariableStatement(declaration.parent.parent) &&
  ts.isSourceFile(declaration.parent.parent.parent)

/** The `value.as` of `value.as("name")`. */
const isRename = (ts: TypeScript, node: ts.Node): node is ts.PropertyAccessExpression =>
  ts.isPropertyAccessExpression(node) &&
  node.name.text === "as" &&
  ts.isCallExpression(node.parent) &&
  node.parent.expression === node
