// The wall of a durable run: values as the text that the codec wrote.
import * as Codec from "../codec/Codec.ts"
import type { ErrorClass } from "../task/Registry.ts"
import type { Wall } from "./Wall.ts"

/** Values as text. Errors come back with the class of their name, when it is one of `classes`. */
export const stored = (classes: ReadonlyMap<string, ErrorClass>): Wall<string> => ({
  encode: Codec.encode,
  decode: (text) => Codec.decode(text, classes),
  encodeError: Codec.encodeError,
  record: Codec.record
})
