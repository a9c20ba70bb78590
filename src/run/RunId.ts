// What a run may be called: the caller's own name for it, unique in a store.
import * as Data from "effect/Data"

/** 1 to 256 bytes of printable characters, in UTF-8. */
export type RunId = string

export class InvalidRunId extends Data.TaggedError("InvalidRunId")<{
  readonly id: string
  readonly fault: string
}> {
  override get message(): string {
    const shown = JSON.stringify(this.id.length > 60 ? `${this.id.slice(0, 60)}...` : this.id)
    return `The run id ${shown} ${this.fault}: give 1 to 256 bytes of printable characters`
  }
}

/** Null when `id` may name a run. */
export const fault = (id: string): InvalidRunId | null => {
  const bytes = Buffer.byteLength(id)
  if (bytes === 0) return new InvalidRunId({ id, fault: "is empty" })
  if (bytes > 256) return new InvalidRunId({ id, fault: `has ${bytes} bytes` })
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(id)) {
    return new InvalidRunId({ id, fault: "has a character that cannot be printed" })
  }
  return null
}
