// Where in a value a fault lies, written as code that reaches it: `value.items[3].price`.

/** One step from a value to a part of it: a property, an element, or what a call returns. */
export type Step = string | number | Call

/** A part of a Map or Set, like `get("EUR")` or `keys()[2]`. */
export interface Call {
  readonly call: string
}

export const formatPath = (steps: ReadonlyArray<Step>): string => {
  const texts = steps.map(formatStep)
  const isLong = texts.length > shownSteps
  return `value${(isLong ? shorten(texts) : texts).join("")}`
}

const shorten = (texts: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...texts.slice(0, shownSteps / 2),
  "…",
  ...texts.slice(-shownSteps / 2)
]

/** Of a longer path only so many are shown, half of them from its end. */
const shownSteps = 32

const formatStep = (step: Step): string => {
  if (typeof step === "number") return `[${step}]`
  if (typeof step === "object") return `.${step.call}`
  return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
}
