// Text to values. Most text has no markers, and then JSON.parse has done it all; else the parsed
// tree is walked once and revived in place. Text from elsewhere can do no harm: it sets no
// prototype, runs no constructor of a user's but by a `decode` of theirs, and what this release does not know is refused.
import type { ErrorClasses } from "./ErrorClass.ts"
import { formatPath } from "./Path.ts"
import { revive } from "./Revive.ts"
import { isSealed, toError } from "./Seal.ts"
import { UnreadableValue } from "./UnreadableValue.ts"

/**
 * The value that `text` holds; `where` names the value in errors: `the input of run r1`. An error
 * becomes an instance of its class where `classes` knows it, else of the built-in class that it
 * was. Throws `UnreadableValue` for text that `encode` does not write, `UnreadableSeal` for what is still sealed.
 */
export const decode = (
  text: string,
  classes: ErrorClasses = noClasses,
  where?: string
): unknown => {
  if (isSealed(text)) throw toError(text)
  try {
    const json: unknown = JSON.parse(text)
    return mayHaveMarkers(text) ? revive(json, classes) : json
  } catch (cause) {
    const { path, detail } =
      cause instanceof UnreadableValue ? cause : { path: formatPath([]), detail: String(cause) }
    throw new UnreadableValue({ path, detail, ...(where === undefined ? {} : { where }) })
  }
}

const noClasses: ErrorClasses = new Map()

/**
 * Whether a key starts with "$" or is dangerous, as it stands in text, or escaped. The searches for
 * one rare character each spare most text the pattern.
 */
const mayHaveMarkers = (text: string): boolean =>
  (text.includes("$") || text.includes("__proto__") || text.includes("\\u00")) &&
  /"\$|__proto__|\\u00[25]/.test(text)
