// How an error gets its class back. Its constructor is not run: what it would take is not known,
// and what it did is in the stored fields already.
/** A class of errors. */
export type ErrorClass = abstract new (...args: never) => Error

/** Classes by the names under which their errors are stored. */
export type ErrorClasses = ReadonlyMap<string, ErrorClass>

/**
 * The lookup of these classes: by the class's own name, and by the `name` that it gives its errors.
 */
export const errorClasses = (classes: Iterable<ErrorClass>): ErrorClasses => {
  const byName = new Map<string, ErrorClass>()
  for (const errorClass of classes) {
    const prototype: Error = errorClass.prototype
    for (const name of [prototype.name, errorClass.name]) {
      if (!builtins.has(name)) byName.set(name, errorClass)
    }
  }
  return byName
}

const builtins: ErrorClasses = new Map<string, ErrorClass>(
  [
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
    AggregateError
  ].map((builtin) => [builtin.name, builtin])
)

/** An error with its parts decoded. */
export interface ErrorParts {
  readonly name: string
  readonly message: string
  readonly class: string | undefined
  readonly stack: string | undefined
  readonly fields: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
  readonly errors?: unknown
}

/** An error of the class that its names tell, else of the built-in one, with all its parts. */
export const toError = (parts: ErrorParts, classes: ErrorClasses): Error => {
  const error = blank(parts, classes)
  for (const [key, value] of Object.entries(parts.fields ?? {})) define(error, key, value, true)
  for (const key of ["name", "message"] as const) {
    if (read(error, key) !== parts[key]) define(error, key, parts[key], false)
  }
  for (const key of ["cause", "errors", "stack"] as const) {
    if (Object.hasOwn(parts, key)) define(error, key, parts[key], false)
  }
  if (parts.stack === undefined) Reflect.deleteProperty(error, "stack")
  return error
}

/** Made as an Error, so that the runtime and its tools know it for one. */
const blank = (parts: ErrorParts, classes: ErrorClasses): Error => {
  // What an AbortSignal throws keeps its name and message where only its constructor can put them.
  if (parts.class === "DOMException") return new DOMException(parts.message, parts.name)
  return Object.setPrototypeOf(new Error(), classFor(parts, classes).prototype)
}

/**
 * The most telling name comes first. A class may keep the name "Error", and a minifier may rename
 * it.
 */
const classFor = (parts: ErrorParts, classes: ErrorClasses): ErrorClass => {
  const names = [parts.class, parts.fields?.["_tag"], parts.name].filter(
    (name) => typeof name === "string"
  )
  const known = names.map((name) => classes.get(name) ?? builtins.get(name))
  return known.find((errorClass) => errorClass !== undefined) ?? Error
}

const define = (error: Error, key: string, value: unknown, enumerable: boolean): void => {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true })
}

/** A getter of the class may want more than the fields that were stored. */
const read = (error: Error, key: "name" | "message"): string | undefined => {
  try {
    return error[key]
  } catch {
    return undefined
  }
}
