// What somebody handed in where something else was expected, as an error message says it.

/** `"order"`, `5`, `a function`, `a list`: short, and never what an object holds. */
export const shown = (value: unknown): string => {
  if (typeof value === "string")
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value)
  if (typeof value === "function") return "a function"
  if (Array.isArray(value)) return "a list"
  return typeof value === "object" && value !== null ? "an object" : String(value)
}

/** The names of `known` that `options` may not have; those of an option that does not exist. */
export const unknownNames = (
  options: object,
  known: ReadonlyArray<string>
): ReadonlyArray<string> => Object.keys(options).filter((name) => !known.includes(name))
