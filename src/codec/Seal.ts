// A sealed value: its text, made unreadable or smaller by a hook of the user. It stands in the store as JSON with
// the marker `$sealed`, which no encoded value begins with. So what was stored before there was a seal is told
// apart, and what was sealed is never taken for a value.
import * as Data from "effect/Data"

/** What a seal makes of a text: a text, or texts by name. `key` should say which key it takes to open it. */
export type Sealed = string | { readonly [name: string]: string }

/** Changes each value on its way into the store and back: encrypts it, say. Synchronous. */
export interface Seal {
  /** What is stored in place of `text`, a value of the run `runId`. Not called twice with one result. */
  readonly seal: (text: string, runId: string) => Sealed
  /** The text that was sealed. Throws when that cannot be told, or was changed. */
  readonly open: (sealed: Sealed, runId: string) => string
}

/** A value does not open. It is stored as it was, and its run waits as `blocked`. */
export class UnreadableSeal extends Data.TaggedError("UnreadableSeal")<{
  readonly runId: string
  /** The name of the key that it was sealed with; null when the seal does not tell. */
  readonly key: string | null
  readonly fault: string
}> {
  override get message(): string {
    const key = this.key === null ? "" : ` with key '${this.key}'`
    return `A value of run '${this.runId}' was sealed${key} and does not open: ${this.fault}. It is stored as it was: open the engine with the seal that fits`
  }
}

const prefix = `{"$sealed":`

export const isSealed = (text: string): boolean => text.startsWith(prefix)

export const toText = (sealed: Sealed): string => `${prefix}${JSON.stringify(sealed)}}`

/** What a sealed text holds. Throws for what `toText` does not write. */
export const fromText = (text: string): Sealed => {
  const json: unknown = JSON.parse(text)
  const sealed: unknown = Reflect.get(Object(json), "$sealed")
  if (!isBody(sealed)) throw new TypeError("it is no sealed text")
  return sealed
}

const isBody = (sealed: unknown): sealed is Sealed =>
  typeof sealed === "string" ||
  (typeof sealed === "object" &&
    sealed !== null &&
    Object.values(sealed).every((part) => typeof part === "string"))

/** The text that stands for one that does not open: decoding it throws `error`. */
export const toUnreadable = ({ fault, key, runId }: UnreadableSeal): string =>
  toText({ runId, fault, ...(key !== null && { key }) })

/** What decoding a sealed text throws: why it did not open, or that nobody tried. */
export const toError = (text: string): UnreadableSeal => {
  const { fault = "nothing has opened it", key = null, runId = "?" } = partsOf(text)
  return new UnreadableSeal({ runId, key, fault })
}

/** The name of the key that a text was sealed with. */
export const keyOf = (text: string): string | null => partsOf(text)["key"] ?? null

const partsOf = (text: string): { readonly [name: string]: string } => {
  try {
    const sealed = fromText(text)
    return typeof sealed === "string" ? {} : sealed
  } catch {
    return {}
  }
}
