// The one way in which encoding fails: something in a value would not come out as it went in.
import * as Data from "effect/Data"

/** What was found at the path. */
export type NotStorable =
  | "function"
  | "symbol"
  | "promise"
  | "effect"
  /** An instance of a class, or an object whose prototype is not a plain one. */
  | "class"
  | "cycle"
  /** A hole in an array. */
  | "hole"
  /** A property that arrays and Maps do not have of themselves, like `index` of a match. */
  | "extra"
  /** An own property called `__proto__`. */
  | "proto"
  /** A property whose key is a symbol. */
  | "symbolKey"
  /** It threw when it was read: a getter or a proxy. */
  | "throws"
  /** The `encode` of a class that was declared with `storable` threw. */
  | "encode"
  | "depth"
  | "size"

/** A value that cannot be stored without loss. Nothing was stored. */
export class ValueNotStorable extends Data.TaggedError("ValueNotStorable")<{
  /** `value.user.save`, `value.items[3]`, `value.prices.get("EUR")`. */
  readonly path: string
  readonly kind: NotStorable
  /** Which value: `the output of task charge`. */
  readonly where?: string
  /** The class of what cannot be stored, or the limit that was passed. */
  readonly detail?: string
}> {
  override get message(): string {
    const { path, kind, where, detail = "" } = this
    return `${path}${where === undefined ? "" : ` of ${where}`} ${sentences[kind](detail)}`
  }
}

const sentences: Readonly<Record<NotStorable, (detail: string) => string>> = {
  function: () => "is a function, which cannot be stored: return plain data",
  symbol: () => "is a symbol, which cannot be stored: use a string",
  promise: () => "is a Promise, which cannot be stored: did you forget 'await'?",
  effect: () => "is an Effect, which cannot be stored: did you forget 'yield*'?",
  class: (detail) =>
    `is an instance of ${detail}, which cannot be stored: turn it into plain data, or declare the class with storable`,
  cycle: () => "contains itself, which cannot be stored: refer to it by an id",
  hole: () => "is a hole in an array, which cannot be stored: fill it, with null or undefined",
  extra: () => "is added to an array or the like and cannot be stored: use an object for both",
  proto: () => "is a property that cannot be stored safely: give it another name",
  symbolKey: () => "has a symbol for its key, which cannot be stored: use a string",
  throws: () => "threw when it was read: make it plain data, or leave it out",
  encode: (detail) => `cannot be stored: the encode of storable ${detail}`,
  depth: (detail) => `is nested deeper than ${detail} levels: store flat data that refers by id`,
  size: (detail) => `takes more than ${detail} bytes as text: store a reference to it instead`
}
