// A neutral description of a type, free of the compiler that found it. What is printed, and later
// what is checked and hashed, derives from it. Properties and union members are sorted, since the
// checker's own order depends on what it happened to look at before.
import { compare } from "./Problem.ts"

export type Shape =
  /** A type that prints as one word: `string`, `"gold"`, `12n`, a template, `unknown`, `never`. */
  | { readonly _tag: "Word"; readonly text: string }
  | ObjectShape
  | { readonly _tag: "Array"; readonly element: Shape; readonly readonly: boolean }
  | {
      readonly _tag: "Tuple"
      readonly elements: ReadonlyArray<TupleElement>
      readonly readonly: boolean
    }
  | { readonly _tag: "Union"; readonly members: ReadonlyArray<Shape> }
  /**
   * A type with a name of its own: of the standard library, of a package, or one that contains
   * itself.
   */
  | { readonly _tag: "Named"; readonly name: string; readonly arguments: ReadonlyArray<Shape> }

export interface ObjectShape {
  readonly _tag: "Object"
  readonly properties: ReadonlyArray<Property>
  /** Type of the values under any other key. */
  readonly rest?: Shape
}

export interface Property {
  readonly name: string
  readonly optional: boolean
  readonly shape: Shape
}

export interface TupleElement {
  readonly kind: "required" | "optional" | "rest"
  readonly shape: Shape
}

export const word = (text: string): Shape => ({ _tag: "Word", text })

export const named = (name: string, args: ReadonlyArray<Shape> = []): Shape => ({
  _tag: "Named",
  name,
  arguments: args
})

/** A union without repeats, in the order of the printed members. */
export const union = (members: ReadonlyArray<Shape>): Shape => {
  const byText = new Map(members.map((member) => [print(member), member]))
  const sorted = [...byText].toSorted(([a], [b]) => compare(a, b)).map(([, member]) => member)
  const [only] = sorted
  return only !== undefined && sorted.length === 1 ? only : { _tag: "Union", members: sorted }
}

/** The type that an optional property has when it is there. */
export const withoutUndefined = (shape: Shape): Shape =>
  shape._tag === "Union"
    ? union(
        shape.members.filter((member) => !(member._tag === "Word" && member.text === "undefined"))
      )
    : shape

/** The shape as one line of TypeScript. */
export const print = (shape: Shape): string => {
  switch (shape._tag) {
    case "Word":
      return shape.text
    case "Named":
      return shape.arguments.length === 0
        ? shape.name
        : `${shape.name}<${shape.arguments.map(print).join(", ")}>`
    case "Union":
      return shape.members.length === 0 ? "never" : shape.members.map(print).join(" | ")
    case "Array":
      return `${shape.readonly ? "readonly " : ""}${printElement(shape.element)}[]`
    case "Tuple":
      return `${shape.readonly ? "readonly " : ""}[${shape.elements.map(printTupleElement).join(", ")}]`
    case "Object":
      return printObject(shape)
  }
}

/** As `print`, over several lines where one would be too long to read in a diff. */
export const layout = (shape: Shape, margin = ""): string => {
  const line = print(shape)
  if (margin.length + line.length <= lineLengthMax) return line
  const deeper = `${margin}  `
  switch (shape._tag) {
    case "Object":
      return `{\n${objectMembers(shape, (each) => layout(each, deeper))
        .map((member) => `${deeper}${member}\n`)
        .join("")}${margin}}`
    case "Union":
      return shape.members.map((member) => `\n${deeper}| ${layout(member, deeper)}`).join("")
    case "Word":
    case "Named":
    case "Array":
    case "Tuple":
      return line
  }
}

const lineLengthMax = 90

const printObject = (shape: ObjectShape): string => {
  const members = objectMembers(shape, print)
  return members.length === 0 ? "{}" : `{ ${members.join("; ")} }`
}

const objectMembers = (
  { properties, rest }: ObjectShape,
  printValue: (shape: Shape) => string
): ReadonlyArray<string> => [
  ...properties.map(
    ({ name, optional, shape }) => `${key(name)}${optional ? "?" : ""}: ${printValue(shape)}`
  ),
  ...(rest === undefined ? [] : [`[key: string]: ${printValue(rest)}`])
]

/** A property name as it is written in code. */
export const key = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)

const printElement = (shape: Shape): string => {
  const compound =
    shape._tag === "Union" || ((shape._tag === "Array" || shape._tag === "Tuple") && shape.readonly)
  return compound ? `(${print(shape)})` : print(shape)
}

const printTupleElement = ({ kind, shape }: TupleElement): string => {
  if (kind === "rest") return `...${printElement(shape)}[]`
  return kind === "optional" ? `${printElement(shape)}?` : print(shape)
}
