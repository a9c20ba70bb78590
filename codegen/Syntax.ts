// Small questions about one node that several parts of the scan ask.
import type { IdExpression, Path, Span } from "./Facts.ts"
import type { ts, TypeScript } from "./Project.ts"

export const spanOf = (node: ts.Node, file: ts.SourceFile): Span => {
  const start = node.getStart(file)
  const { line, character } = file.getLineAndCharacterOfPosition(start)
  return { start, end: node.end, line: line + 1, column: character + 1 }
}

/** The expression without what changes its type only: `as`, `satisfies`, `!`, parentheses. */
export const bare = (ts: TypeScript, expression: ts.Expression): ts.Expression => {
  let current = expression
  while (isWrapper(ts, current)) current = current.expression
  return current
}

export const isWrapper = (
  ts: TypeScript,
  node: ts.Node
): node is
  | ts.AsExpression
  | ts.SatisfiesExpression
  | ts.NonNullExpression
  | ts.ParenthesizedExpression =>
  ts.isAsExpression(node) ||
  ts.isSatisfiesExpression(node) ||
  ts.isNonNullExpression(node) ||
  ts.isParenthesizedExpression(node)

/** `["ids", "ship"]` for `ids.ship` and `ids["ship"]`. */
export const pathOf = (ts: TypeScript, expression: ts.Expression): Path | undefined => {
  const node = bare(ts, expression)
  if (ts.isIdentifier(node)) return [node.text]
  if (ts.isPropertyAccessExpression(node)) {
    const owner = pathOf(ts, node.expression)
    return owner && [...owner, node.name.text]
  }
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    const owner = pathOf(ts, node.expression)
    return owner && [...owner, node.argumentExpression.text]
  }
  return undefined
}

/** The name of a property as written: an identifier, a string or a number. */
export const propertyName = (ts: TypeScript, name: ts.PropertyName): string | undefined =>
  ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)
    ? name.text
    : undefined

/** How `expression` spells a string. */
export const idExpression = (ts: TypeScript, expression: ts.Expression): IdExpression => {
  const node = bare(ts, expression)
  if (ts.isStringLiteralLike(node)) return { _tag: "Literal", value: node.text }
  if (ts.isTemplateExpression(node)) return template(ts, node)
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return { _tag: "Joined", parts: [idExpression(ts, node.left), idExpression(ts, node.right)] }
  }
  const path = pathOf(ts, node)
  return path === undefined ? { _tag: "Computed", why: reason(ts, node) } : { _tag: "Name", path }
}

const template = (ts: TypeScript, node: ts.TemplateExpression): IdExpression => ({
  _tag: "Joined",
  parts: [
    { _tag: "Literal", value: node.head.text },
    ...node.templateSpans.flatMap(({ expression, literal }): ReadonlyArray<IdExpression> => [
      idExpression(ts, expression),
      { _tag: "Literal", value: literal.text }
    ])
  ]
})

const reason = (ts: TypeScript, node: ts.Expression): string => {
  if (ts.isCallExpression(node)) return "the result of a call is known only when the program runs"
  if (ts.isConditionalExpression(node)) return "a conditional has more than one value"
  return "this expression is known only when the program runs"
}

/** Names that the author may find inside an id, to ask where they come from. */
export const namesIn = (id: IdExpression): ReadonlyArray<Path> => {
  switch (id._tag) {
    case "Name":
      return [id.path]
    case "Joined":
      return id.parts.flatMap(namesIn)
    case "Literal":
    case "Computed":
      return []
  }
}
