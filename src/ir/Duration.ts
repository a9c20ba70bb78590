// How people write a span of time, and how the definition stores it: whole milliseconds.
// One unit per duration keeps both readable: "90s" and "1500ms" are fine, "1m 30s" is refused.
import * as Schema from "effect/Schema"

/** Whole milliseconds, or a number with a unit: ms, s, m, h, d (24 hours) or w (7 days). */
export type Duration = number | `${number}${Unit}`

type Unit = "ms" | "s" | "m" | "h" | "d" | "w"

const unitMs: Readonly<Record<Unit, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000
}

/** The longest span that a definition may hold: 100 years. */
export const maxMs = 100 * 365 * 86_400_000

/** Milliseconds as a definition stores them: an integer from 0 to 100 years. */
export const DurationMs = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: maxMs }))

/** What the author wrote is no span of time that can be stored. */
export class InvalidDuration extends Schema.TaggedError<InvalidDuration>()("InvalidDuration", {
  duration: Schema.String
}) {
  override get message(): string {
    return `${this.duration} is not a duration: write milliseconds, or a number with one unit, like "90s", "15m", "2h" or "7d", from 0 to 100 years`
  }
}

/** Milliseconds of `duration`, rounded up so that nothing is ever early. Throws `InvalidDuration`. */
export const toMs = (duration: Duration): number => {
  const ms = typeof duration === "number" ? duration : parse(duration)
  if (!(ms >= 0 && ms <= maxMs))
    throw new InvalidDuration({ duration: JSON.stringify(duration) ?? String(duration) })
  return Math.ceil(ms)
}

const parse = (text: string): number => {
  const match = /^(\d+(?:\.\d+)?)(ms|[smhdw])$/.exec(text)
  return match === null ? Number.NaN : Number(match[1]) * unitMs[match[2] as Unit]
}
