// The one way in which decoding fails: the text is none that this release wrote.
import * as Data from "effect/Data"

/** Stored text that does not decode. It may come from a later release, or have been changed. */
export class UnreadableValue extends Data.TaggedError("UnreadableValue")<{
  /** `value.items[3]`, with markers as properties: `value.at.$date`. */
  readonly path: string
  readonly detail: string
  /** Which value: `the input of run r1`. */
  readonly where?: string
}> {
  override get message(): string {
    const { path, detail, where } = this
    return `${path}${where === undefined ? "" : ` of ${where}`} cannot be read: ${detail}`
  }
}
