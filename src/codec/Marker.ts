// How a value that JSON does not know stands in JSON: as an object with one key, which starts with
// "$". `{"$date":"2026-03-01T09:00:00.000Z"}` is a Date. An object of a user that has the same look
// is wrapped in `$object`, so everything else in the text is plain JSON and means itself.

/** What JSON text holds. */
export type Json = string | number | boolean | null | ReadonlyArray<Json> | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * Every marker with what it holds. A new one needs a line in docs/formats.md and in the golden
 * file.
 */
export interface Markers {
  /** undefined and the numbers that JSON lacks. */
  readonly $const: keyof typeof constants
  /** Decimal digits. */
  readonly $bigint: string
  /** ISO 8601 in UTC; null for an invalid date. */
  readonly $date: string | null
  readonly $url: string
  readonly $regexp: { readonly source: string; readonly flags: string }
  /** A Uint8Array, in Base64. */
  readonly $bytes: string
  /** A Node.js Buffer, in Base64. */
  readonly $buffer: string
  /** Pairs of key and value. */
  readonly $map: ReadonlyArray<readonly [Json, Json]>
  readonly $set: ReadonlyArray<Json>
  readonly $error: ErrorJson
  /** An instance of a class that was declared with `storable`; `value` is what its `encode` returned. */
  readonly $class: { readonly name: string; readonly value: Json }
  /** A plain object whose one key starts with "$". */
  readonly $object: JsonObject
}
export type Kind = keyof Markers

/** An error. Its own enumerable properties are `fields`; what is absent was absent. */
export type ErrorJson = {
  readonly name: string
  readonly message: string
  /** The name of its class, where `name` is another. */
  readonly class?: string
  readonly stack?: string
  readonly cause?: Json
  /** The errors of an AggregateError. */
  readonly errors?: Json
  readonly fields?: JsonObject
}

export const constants = {
  undefined: undefined,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
  "-0": -0
} as const

/** The cast says what the parameters do: a computed key loses that `content` fits `kind`. */
export const mark = <K extends Kind>(kind: K, content: Markers[K]): JsonObject =>
  ({ [kind]: content }) as { readonly [key: string]: Json }

/** Whether an object with these keys reads as a marker, ours or a user's. */
export const looksMarked = (keys: ReadonlyArray<string>): boolean =>
  keys.length === 1 && keys[0]?.startsWith("$") === true

/** Values nest at most this deep: the stack is the limit, and data that deep is a mistake. */
export const maxDepth = 1_000

/** Text of one value in UTF-8: 64 MiB. */
export const maxBytes = 64 * 1024 * 1024
