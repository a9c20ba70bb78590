// Decides in one quick walk whether a value is plain JSON, so that JSON.stringify may write it as
// it is. "No" only means that the slow way must look: it is the one that knows the special types
// and names faults.

/** Not certainly plain JSON. */
export const notPlain = Number.NEGATIVE_INFINITY

/**
 * What is left of `budget` after one for each value in `value`, or `notPlain` when one of them is
 * special or deeper than `levels`. The walk ends when the budget does, because a value that is
 * shared over and over could keep it going for ever; then the result is less than 0.
 */
export const countPlain = (value: unknown, budget: number, levels: number): number => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return budget - 1
    case "number":
      return isJsonNumber(value) ? budget - 1 : notPlain
    case "object":
      if (value === null) return budget - 1
      if (levels === 0) return notPlain
      return Array.isArray(value)
        ? countElements(value, budget - 1, levels - 1)
        : countMembers(value, budget - 1, levels - 1)
    default:
      return notPlain
  }
}

/** Not NaN, an infinity or -0. */
export const isJsonNumber = (value: number): boolean =>
  value - value === 0 && (value !== 0 || 1 / value > 0)

const countElements = (array: ReadonlyArray<unknown>, budget: number, levels: number): number => {
  if (Object.getPrototypeOf(array) !== Array.prototype) return notPlain
  // Fewer keys than elements are holes, more are properties that JSON would drop.
  if (Object.keys(array).length !== array.length) return notPlain
  let left = budget
  for (let index = 0; index < array.length && left >= 0; index++) {
    left = countPlain(array[index], left, levels)
  }
  return left
}

const countMembers = (object: object, budget: number, levels: number): number => {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype !== Object.prototype && prototype !== null) return notPlain
  if (Object.getOwnPropertySymbols(object).length > 0) return notPlain
  let left = budget
  let count = 0
  let isMarked = false
  for (const key in object) {
    if (key === "__proto__") return notPlain
    count++
    isMarked = count === 1 && key.charCodeAt(0) === dollar
    // Sound because any object can be read by any key.
    left = countPlain((object as Readonly<Record<string, unknown>>)[key], left, levels)
    if (left < 0) return left
  }
  return isMarked ? notPlain : left
}

const dollar = 36
