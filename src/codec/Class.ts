// What an object is an instance of, asked so that neither a subclass nor another realm (a test
// runner's, say) is taken for what it is not.
import { types } from "node:util"

/**
 * An object as a literal makes it. Its prototype may be null, or the plain one of another realm.
 */
export const isPlain = (object: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype === Object.prototype || prototype === null) return true
  return (
    typeof prototype === "object" &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "isPrototypeOf")
  )
}

/**
 * An array as a literal makes it: the prototype of such an array is an array itself, in every
 * realm.
 */
export const isPlainArray = (object: object): object is ReadonlyArray<unknown> =>
  Array.isArray(object) && Array.isArray(Object.getPrototypeOf(object))

export const isError = (object: object): object is Error =>
  object instanceof Error || types.isNativeError(object)

/**
 * An instance of exactly this class, not of one that extends it. Test clocks make Dates of their
 * own.
 */
export const isExactly = (object: object, constructor: Function): boolean =>
  object.constructor === constructor

/**
 * The name of the class of `object`, "" when it has none. A property `constructor` of its own is no
 * class.
 */
export const classOf = (object: object): string => {
  const constructor: unknown = Object.getPrototypeOf(object)?.constructor
  return typeof constructor === "function" ? constructor.name : ""
}

/** What to call `object` in a message: by its class, or by its tag, like an Option. */
export const describe = (object: object): string => {
  const name = classOf(object)
  const names = [
    name === "Object" ? "" : name,
    Reflect.get(object, "_id"),
    Reflect.get(object, "_tag")
  ]
  return names.filter(isText).find((name) => name !== "") ?? "a class without a name"
}

const isText = (value: unknown): value is string => typeof value === "string"
