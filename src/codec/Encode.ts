// Values to text. Plain JSON is recognised in one walk and left to JSON.stringify; anything else is
// copied into JSON with markers first. The text holds all of the value, or encoding throws and says
// what it would lose.
import { looksMarked, mark, maxBytes as defaultMaxBytes, maxDepth } from "./Marker.ts"
import { Marking, type MarkingOptions, tooLarge, valuesIn } from "./Marking.ts"
import { formatPath } from "./Path.ts"
import { countPlain, notPlain } from "./Plain.ts"
import { ValueNotStorable } from "./ValueNotStorable.ts"

export interface EncodeOptions {
  /** The longest text, in bytes of UTF-8; 64 MiB by default. */
  readonly maxBytes?: number
}

/**
 * The text of `value`; `where` names the value in errors: `the output of task charge`. Throws
 * `ValueNotStorable` for what would not come out of `decode` as it went in. Two exceptions: an
 * object in two places becomes two objects, and one without a prototype gets the plain one.
 */
export const encode = (value: unknown, where?: string, options: EncodeOptions = {}): string => {
  const { maxBytes = defaultMaxBytes } = options
  try {
    const text = plainText(value, maxBytes) ?? markedText(value, { maxBytes, isLenient: false })
    if (isLonger(text, maxBytes)) throw tooLarge(maxBytes)
    return text
  } catch (fault) {
    if (where === undefined || !(fault instanceof ValueNotStorable)) throw fault
    const { path, kind, detail } = fault
    throw new ValueNotStorable({ path, kind, where, ...(detail === undefined ? {} : { detail }) })
  }
}

/**
 * The text of whatever was thrown. Never throws: what cannot be stored of it is left out, or
 * replaced by words in brackets. Of an error that takes more than 1 MiB only name, tag, message and
 * stack are kept, each cut to 16 Ki characters.
 */
export const encodeError = (error: unknown): string => {
  const maxBytes = 1024 * 1024
  try {
    const text = markedText(error, { maxBytes, isLenient: true })
    return isLonger(text, maxBytes) ? shortened(error) : text
  } catch {
    return shortened(error)
  }
}

/**
 * The text of an object whose members are encoded already: `[["a", "1"]]` gives `{"a":1}`.
 * The members are not looked at. Throws `ValueNotStorable` for a member called `__proto__`.
 */
export const record = (entries: Iterable<readonly [name: string, text: string]>): string => {
  const members = [...entries]
  const names = members.map(([name]) => name)
  if (names.includes("__proto__")) {
    throw new ValueNotStorable({ path: formatPath(["__proto__"]), kind: "proto" })
  }
  const object = `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`
  return looksMarked(names) ? `{"$object":${object}}` : object
}

/** The text of a list whose elements are encoded already: `["1", "2"]` gives `[1,2]`. */
export const list = (texts: ReadonlyArray<string>): string => `[${texts.join(",")}]`

/** Undefined when the value is not plain JSON, or so deep or strange that it takes the slow way. */
const plainText = (value: unknown, maxBytes: number): string | undefined => {
  try {
    const left = countPlain(value, valuesIn(maxBytes), maxDepth)
    if (left === notPlain) return undefined
    if (left >= 0) return JSON.stringify(value)
  } catch {
    return undefined
  }
  throw tooLarge(maxBytes)
}

const markedText = (value: unknown, options: MarkingOptions): string => {
  const marking = new Marking(options)
  try {
    return JSON.stringify(marking.mark(value))
  } catch (cause) {
    if (cause instanceof ValueNotStorable) throw cause
    if (!(cause instanceof RangeError)) throw marking.fault("throws")
    // Either no string is long enough, or the stack is shorter than usual.
    const isTooLong = cause.message.includes("string length")
    throw isTooLong ? tooLarge(options.maxBytes) : marking.fault("depth", String(maxDepth))
  }
}

const isLonger = (text: string, maxBytes: number): boolean =>
  text.length > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes)

const shortened = (error: unknown): string => {
  const text = (key: string, otherwise: string): string => {
    try {
      const part: unknown = error instanceof Error ? Reflect.get(error, key) : undefined
      return typeof part === "string" ? part.slice(0, 16_384) : otherwise
    } catch {
      return otherwise
    }
  }
  const name = text("name", "Error")
  const message = text("message", "what was thrown cannot be stored")
  const tag = text("_tag", "")
  const fields = tag === "" ? {} : { fields: { _tag: tag } }
  return JSON.stringify(mark("$error", { name, message, stack: text("stack", ""), ...fields }))
}
