// The type walker: turns a type of the checker into a `Shape`. It expands the project's own types,
// whatever generics, mapped or conditional types they came from, and stops at three borders: the
// standard library, the types that packages export by name, and a type that contains itself, which
// becomes a named definition.
import type { PackageBorder } from "./PackageBorder.ts"
import type { ts, TypeScript } from "./Project.ts"
import { isReference } from "./TypeReference.ts"
import { isCollection, isStandard, isUnstorable } from "./Standard.ts"
import { compare } from "./Problem.ts"
import {
  named,
  type Property,
  type Shape,
  type TupleElement,
  union,
  withoutUndefined,
  word
} from "./Shape.ts"

export interface DescriberOptions {
  readonly ts: TypeScript
  readonly program: ts.Program
  readonly border: PackageBorder
  /** Gives a name that nothing else in the output has. */
  readonly uniqueName: (wanted: string) => string
}

/** A generic type that grows each time it mentions itself would never end. */
const depthMax = 24

export class Describer {
  /** The types that contain themselves, by the name that shapes call them. */
  readonly definitions = new Map<string, Shape>()
  readonly #names = new Map<ts.Type, string>()
  readonly #open = new Set<ts.Type>()
  readonly #options: DescriberOptions
  readonly #checker: ts.TypeChecker
  readonly #plain: number

  constructor(options: DescriberOptions) {
    this.#options = options
    this.#checker = options.program.getTypeChecker()
    this.#plain = plainFlags(options.ts)
  }

  describe(type: ts.Type): Shape {
    return this.#walk(type, 0)
  }

  #walk(type: ts.Type, depth: number): Shape {
    const { TypeFlags } = this.#options.ts
    const { flags } = type
    if (flags & (TypeFlags.Any | TypeFlags.Unknown | TypeFlags.NonPrimitive)) return word("unknown")
    if (flags & TypeFlags.Void) return word("undefined")
    if (flags & TypeFlags.ESSymbolLike) return word("never")
    if (type.isStringLiteral() || type.isNumberLiteral()) return word(JSON.stringify(type.value))
    if (type.isUnion()) return this.#container(type, depth, () => this.#union(type, depth))
    if (flags & this.#plain) return this.#word(type)
    if (flags & TypeFlags.Instantiable) return this.#constraint(type, depth)
    if (type.isIntersection()) {
      // A brand: `string & { readonly brand: "OrderId" }` is stored as the string.
      const primitive = type.types.find((member) => member.flags & this.#plain)
      if (primitive !== undefined) return this.#walk(primitive, depth)
    }
    return this.#container(type, depth, () => this.#object(type, depth + 1))
  }

  /** The type as the compiler writes it, without the name of an alias. */
  #word(type: ts.Type): Shape {
    const { InTypeAlias, NoTruncation } = this.#options.ts.TypeFormatFlags
    return word(this.#checker.typeToString(type, undefined, InTypeAlias | NoTruncation))
  }

  #constraint(type: ts.Type, depth: number): Shape {
    const base = this.#checker.getBaseConstraintOfType(type)
    return base === undefined || base === type ? word("unknown") : this.#walk(base, depth + 1)
  }

  /**
   * Walks a type that may contain itself. It gets a name only when it is met again while it is
   * open.
   */
  #container(type: ts.Type, depth: number, inside: () => Shape): Shape {
    const known = this.#names.get(type)
    if (known !== undefined) return named(known)
    const vendor = this.#options.border.find(type)
    if (vendor !== undefined) return named(vendor.name, this.#walkAll(vendor.arguments, depth))
    if (this.#open.has(type)) {
      const name = this.#options.uniqueName(nameOf(type))
      this.#names.set(type, name)
      return named(name)
    }
    if (depth > depthMax) return word("unknown")
    this.#open.add(type)
    const shape = inside()
    this.#open.delete(type)
    const name = this.#names.get(type)
    if (name === undefined) return shape
    this.definitions.set(name, shape)
    return named(name)
  }

  #walkAll(types: ReadonlyArray<ts.Type>, depth: number): ReadonlyArray<Shape> {
    return types.map((type) => this.#walk(type, depth))
  }

  #union({ types }: ts.UnionType, depth: number): Shape {
    const { BooleanLiteral } = this.#options.ts.TypeFlags
    const others = types.filter(({ flags }) => (flags & BooleanLiteral) === 0)
    return types.length - others.length === 2
      ? union([...this.#walkAll(others, depth), word("boolean")])
      : union(this.#walkAll(types, depth))
  }

  #object(type: ts.Type, depth: number): Shape {
    const { ts } = this.#options
    // Sound: what the checker calls a tuple type is a reference to a tuple.
    if (this.#checker.isTupleType(type)) return this.#tuple(type as ts.TupleTypeReference, depth)
    const args = isReference(ts, type) ? this.#checker.getTypeArguments(type) : []
    if (this.#checker.isArrayType(type)) {
      const element = args[0] === undefined ? word("unknown") : this.#walk(args[0], depth)
      return { _tag: "Array", element, readonly: type.symbol.name === "ReadonlyArray" }
    }
    if (this.#isPlatform(type.getSymbol())) {
      if (isUnstorable(type.symbol.name)) return word("never")
      if (isCollection(type.symbol.name)) {
        return named(type.symbol.name, this.#walkAll(args, depth))
      }
      if (isStandard(type.symbol.name)) return named(type.symbol.name)
    }
    if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0) {
      return word("never")
    }
    const rest = type.getStringIndexType() ?? type.getNumberIndexType()
    return {
      _tag: "Object",
      properties: this.#properties(type, depth),
      ...(rest === undefined ? {} : { rest: this.#walk(rest, depth) })
    }
  }

  #tuple(type: ts.TupleTypeReference, depth: number): Shape {
    const { ElementFlags } = this.#options.ts
    const { elementFlags, readonly } = type.target
    const elements = this.#checker.getTypeArguments(type).map((argument, index): TupleElement => {
      const flags = elementFlags[index] ?? ElementFlags.Required
      const shape = this.#walk(argument, depth)
      if (flags & ElementFlags.Variable) return { kind: "rest", shape }
      return flags & ElementFlags.Optional
        ? { kind: "optional", shape: withoutUndefined(shape) }
        : { kind: "required", shape }
    })
    return { _tag: "Tuple", elements, readonly }
  }

  #properties(type: ts.Type, depth: number): ReadonlyArray<Property> {
    const { ts } = this.#options
    return this.#checker
      .getPropertiesOfType(type)
      .filter((property) => isStored(ts, type, property))
      .map((property): Property => {
        const optional = (property.flags & ts.SymbolFlags.Optional) !== 0
        const shape = this.#walk(this.#checker.getTypeOfSymbol(property), depth)
        return { name: property.name, optional, shape: optional ? withoutUndefined(shape) : shape }
      })
      .toSorted((a, b) => compare(a.name, b.name))
  }

  /** Declared by the language or by Node. */
  #isPlatform(symbol: ts.Symbol | undefined): boolean {
    const { program } = this.#options
    const files = symbol?.declarations?.map((declaration) => declaration.getSourceFile()) ?? []
    return files.some(
      (file) =>
        program.isSourceFileDefaultLibrary(file) ||
        file.fileName.includes("/node_modules/@types/node/")
    )
  }
}

/** Types that the compiler prints in one word. */
const plainFlags = ({ TypeFlags }: TypeScript): number =>
  TypeFlags.StringLike |
  TypeFlags.NumberLike |
  TypeFlags.BooleanLike |
  TypeFlags.BigIntLike |
  TypeFlags.Undefined |
  TypeFlags.Null |
  TypeFlags.TemplateLiteral |
  TypeFlags.StringMapping |
  TypeFlags.Never

const nameOf = (type: ts.Type): string => {
  const name = (type.aliasSymbol ?? type.getSymbol())?.name
  return name !== undefined && /^[A-Za-z_$][\w$]*$/.test(name) && !name.startsWith("__")
    ? name
    : "Recursive"
}

/**
 * What comes back from a store: no symbol keys, nothing hidden, no methods or accessors of a class.
 */
const isStored = (ts: TypeScript, owner: ts.Type, property: ts.Symbol): boolean => {
  // The compiler's own spelling of symbol keys and of `#private` names.
  if (/^__[@#]/.test(String(property.escapedName))) return false
  const declaration = property.valueDeclaration
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected
  if (declaration !== undefined && ts.getCombinedModifierFlags(declaration) & hidden) return false
  return !(owner.isClass() && property.flags & (ts.SymbolFlags.Method | ts.SymbolFlags.Accessor))
}
