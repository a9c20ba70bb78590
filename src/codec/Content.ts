// What a marker may hold, checked: each function here returns its argument with a type, or throws a
// TypeError. Stored text is input like any other.

export type Members = Record<string, unknown>

const refuse = (expected: string): never => {
  throw new TypeError(`${expected} is expected`)
}

export const text = (content: unknown): string =>
  typeof content === "string" ? content : refuse("text")

export const members = (content: unknown): Members =>
  isContainer(content) && !Array.isArray(content) ? content : refuse("an object")

export const elements = (content: unknown): ReadonlyArray<unknown> =>
  Array.isArray(content) ? content : refuse("an array")

export const pair = (content: unknown): readonly [unknown, unknown] => {
  const both = elements(content)
  return both.length === 2 ? [both[0], both[1]] : refuse("a pair")
}

export const optional = <A>(content: unknown, check: (content: unknown) => A): A | undefined =>
  content === undefined ? undefined : check(content)

export const matching = (pattern: RegExp, content: unknown): string =>
  pattern.test(text(content)) ? text(content) : refuse(String(pattern))

export const keyIn = <A extends object>(table: A, content: unknown): keyof A =>
  isKeyIn(table, content) ? content : refuse(`one of ${Object.keys(table).join(", ")}`)

const isKeyIn = <A extends object>(table: A, content: unknown): content is keyof A =>
  typeof content === "string" && Object.hasOwn(table, content)

/** An object or an array. Both are read by key, an array by the text of its indices. */
export const isContainer = (content: unknown): content is Members =>
  typeof content === "object" && content !== null

export const dateOf = (iso: string): Date => {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? refuse("a date") : date
}

export const bytesOf = (base64: string): Buffer<ArrayBuffer> => {
  const bytes = Buffer.from(base64, "base64")
  return bytes.toString("base64") === base64 ? bytes : refuse("Base64")
}
