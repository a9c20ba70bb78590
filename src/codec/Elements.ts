// A stored list taken apart without reviving what is in it: each element stays text, as if it had been encoded alone.
import { decode } from "./Decode.ts"
import { encode } from "./Encode.ts"
import type { ErrorClasses } from "./ErrorClass.ts"

/** The texts of the elements of a list, in order; null when `text` holds no list. */
export const elements = (text: string, classes: ErrorClasses): ReadonlyArray<string> | null => {
  const json: unknown = JSON.parse(text)
  if (Array.isArray(json)) return json.map((element) => JSON.stringify(element))
  // A list may be marked as a whole, as one with holes is.
  const value = decode(text, classes)
  return Array.isArray(value) ? Array.from(value, (element) => encode(element)) : null
}
