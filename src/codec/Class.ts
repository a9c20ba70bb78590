// What an object is an instance of, asked so that neither a subclass nor another realm (a test runner's, say)
// is taken for what it is not.
import { types } from "node:util"

/** An object as a literal makes it. Its prototype may be null, or the plain one of another realm. */
export const isPlain = (object: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype === Object.prototype || prototype === null) return true
  return (
    typeof prototype === "object" &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "isPrototypeOf")
  )
}

/** An array as a literal makes it: the prototype of such an array is an array itself, in every realm. */
export const isPlainArray = (object: object): object is ReadonlyArray<unknown> =>
  Array.isArray(object) && Array.isArray(Object.getPrototypeOf(object))

export const isError = (object: object): object is Error =>
  object instanceof Error || types.isNativeError(object)

/** An instance of exactly this class, not of one that extends it. Test clocks make Dates of their own. */
export const isExactly = (object: object, constructor: Function): boolean =>
  object.constructor === constructor

/** The name of the class of `object`, for people. */
export const classOf = (object: object): string => {
  const { constructor } = object
  const name = typeof constructor === "function" ? constructor.name : ""
  if (name !== "" && name !== "Object") return name
  const tag = [Reflect.get(object, "_id"), Reflect.get(object, "_tag")].find(isText)
  return tag ?? "a class without a name"
}

const isText = (value: unknown): value is string => typeof value === "string"
