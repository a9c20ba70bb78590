// The constants of a file that an id may be made of, by dotted path: variables, constant objects,
// string enums, default exports, and ambient constants whose type is a literal.
import type { IdExpression } from "./Facts.ts"
import type { ts, TypeScript } from "./Project.ts"
import { bare, idExpression, propertyName } from "./Syntax.ts"

export const scanConstants = (
  ts: TypeScript,
  source: ts.SourceFile
): ReadonlyMap<string, IdExpression> => {
  const constants = new Map<string, IdExpression>()
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) {
      if ((statement.declarationList.flags & ts.NodeFlags.Const) === 0) continue
      for (const declaration of statement.declarationList.declarations)
        addVariable(ts, constants, declaration)
    } else if (ts.isEnumDeclaration(statement)) {
      for (const { name, initializer } of statement.members) {
        const member = propertyName(ts, name)
        if (member !== undefined && initializer !== undefined) {
          constants.set(`${statement.name.text}.${member}`, enumMember(ts, statement, initializer))
        }
      }
    } else if (ts.isExportAssignment(statement)) {
      addValue(ts, constants, { name: "default", value: statement.expression })
    }
  }
  return constants
}

type Constants = Map<string, IdExpression>

const addVariable = (
  ts: TypeScript,
  constants: Constants,
  declaration: ts.VariableDeclaration
): void => {
  const { initializer, name, type } = declaration
  if (!ts.isIdentifier(name)) return
  if (initializer !== undefined)
    return addValue(ts, constants, { name: name.text, value: initializer })
  if (type !== undefined && ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) {
    constants.set(name.text, { _tag: "Literal", value: type.literal.text })
  }
}

const addValue = (
  ts: TypeScript,
  constants: Constants,
  { name, value }: { readonly name: string; readonly value: ts.Expression }
): void => {
  const node = bare(ts, value)
  if (!ts.isObjectLiteralExpression(node)) {
    constants.set(name, idExpression(ts, node))
    return
  }
  for (const property of node.properties) {
    if (ts.isShorthandPropertyAssignment(property)) {
      constants.set(`${name}.${property.name.text}`, { _tag: "Name", path: [property.name.text] })
    } else if (ts.isPropertyAssignment(property)) {
      const key = propertyName(ts, property.name)
      if (key !== undefined)
        addValue(ts, constants, { name: `${name}.${key}`, value: property.initializer })
    }
  }
}

/** Inside an enum a bare name is a member of the same enum. */
const enumMember = (
  ts: TypeScript,
  owner: ts.EnumDeclaration,
  initializer: ts.Expression
): IdExpression => {
  const members = new Set(owner.members.map(({ name }) => propertyName(ts, name)))
  const qualify = (id: IdExpression): IdExpression => {
    if (id._tag === "Joined") return { _tag: "Joined", parts: id.parts.map(qualify) }
    const isMember = id._tag === "Name" && id.path.length === 1 && members.has(id.path[0])
    return isMember ? { _tag: "Name", path: [owner.name.text, ...id.path] } : id
  }
  return qualify(idExpression(ts, initializer))
}
