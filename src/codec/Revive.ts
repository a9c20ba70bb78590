// The slow way to decode: puts values in the place of markers in a tree that was just parsed.
// Places are listed from the root outwards and revived in the opposite order, so each marker finds
// its content done. No recursion: whatever could be stored can be read, on any stack.
import {
  bytesOf,
  dateOf,
  elements,
  isContainer,
  keyIn,
  matching,
  type Members,
  members,
  optional,
  pair,
  text
} from "./Content.ts"
import { type ErrorClasses, toError } from "./ErrorClass.ts"
import { constants, type Kind, looksMarked } from "./Marker.ts"
import { formatPath, type Step } from "./Path.ts"
import { toInstance, UnknownInstance } from "./StoredClass.ts"
import { UnreadableValue } from "./UnreadableValue.ts"

/**
 * The value that `json` stands for. Objects and arrays of `json` itself are changed, and become
 * part of it. Throws `UnreadableValue`.
 */
export const revive = (json: unknown, classes: ErrorClasses): unknown => {
  const root: Members = { value: json }
  const places: Array<Place> = []
  addPlaces(places, root)
  for (const place of places) addPlaces(places, place.content, place)
  for (const place of places.toReversed()) reviveAt(place, classes)
  return root["value"]
}

/** Where an object or array stands in the tree. */
interface Place {
  readonly holder: Members
  readonly key: string
  readonly content: Members
  readonly outer: Place | undefined
  readonly role: Role
  /** The key of a marker. */
  readonly kind: string | undefined
}

/** A `literal` is no marker, even where it looks like one; nor are the `parts` of an error. */
type Role = "value" | "literal" | "parts"

const addPlaces = (places: Array<Place>, holder: Members, outer?: Place): void => {
  for (const key of Object.keys(holder)) {
    if (key === "__proto__") throw unreadable(outer, [key], "a property of this name is not safe")
    const content = holder[key]
    if (isContainer(content)) {
      const role = roleOf(key, outer)
      places.push({ holder, key, content, outer, role, kind: kindOf(content, role) })
    }
  }
}

const roleOf = (key: string, outer: Place | undefined): Role => {
  if (outer?.kind === "$error") return "parts"
  const isLiteral = outer?.kind === "$object" || (outer?.role === "parts" && key === "fields")
  return isLiteral ? "literal" : "value"
}

const kindOf = (content: Members, role: Role): string | undefined => {
  if (role !== "value" || Array.isArray(content)) return undefined
  const keys = Object.keys(content)
  return looksMarked(keys) ? keys[0] : undefined
}

const reviveAt = (place: Place, classes: ErrorClasses): void => {
  const { kind, holder, key, content } = place
  if (kind === undefined) return
  if (!isKind(kind)) {
    throw unreadable(place, [], `this release does not know ${kind}: it may come from a later one`)
  }
  try {
    holder[key] = readers[kind](content[kind], classes)
  } catch (cause) {
    const isKnown = cause instanceof UnknownInstance
    throw unreadable(place, [kind], isKnown ? cause.message : `it is no ${kind.slice(1)}`)
  }
}

/**
 * Reads what each marker holds, with its parts revived; throws anything for what it cannot hold.
 */
const readers: Readonly<Record<Kind, (content: unknown, classes: ErrorClasses) => unknown>> = {
  $const: (content) => constants[keyIn(constants, content)],
  $bigint: (content) => BigInt(matching(/^-?\d+$/, content)),
  $date: (content) => (content === null ? new Date(Number.NaN) : dateOf(text(content))),
  $url: (content) => new URL(text(content)),
  $regexp: (content) =>
    new RegExp(text(members(content)["source"]), text(members(content)["flags"])),
  $bytes: (content) => Uint8Array.from(bytesOf(text(content))),
  $buffer: (content) => bytesOf(text(content)),
  $map: (content) => new Map(elements(content).map(pair)),
  $set: (content) => new Set(elements(content)),
  $error: (content, classes) => errorOf(members(content), classes),
  $class: (content) => instanceOf(members(content)),
  $object: (content) => members(content)
}

const instanceOf = (parts: Members): unknown => {
  if (!Object.hasOwn(parts, "value")) throw new TypeError("a value is expected")
  return toInstance(text(parts["name"]), parts["value"])
}

const isKind = (key: string): key is Kind => Object.hasOwn(readers, key)

const errorOf = (parts: Members, classes: ErrorClasses): Error =>
  toError(
    {
      ...parts,
      name: text(parts["name"]),
      message: text(parts["message"]),
      class: optional(parts["class"], text),
      stack: optional(parts["stack"], text),
      fields: optional(parts["fields"], members)
    },
    classes
  )

const unreadable = (place: Place | undefined, inner: ReadonlyArray<Step>, detail: string) => {
  const steps: Array<Step> = []
  for (let at = place; at?.outer !== undefined; at = at.outer) {
    steps.push(Array.isArray(at.holder) ? Number(at.key) : at.key)
  }
  return new UnreadableValue({ path: formatPath([...steps.toReversed(), ...inner]), detail })
}
