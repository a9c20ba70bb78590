// Where an element stands in its workflow, and what its author gave it, checked there.
import type { NodeId } from "../ir/Node.ts"
import { pathInto } from "../ir/Place.ts"
import type { FunctionEntry } from "../task/Registry.ts"
import { shown, unknownNames } from "../task/Shown.ts"
import type { Chain } from "./Builder.ts"
import { InvalidOption } from "./CompileError.ts"
import { type Region, toRegion, upcoming } from "./Region.ts"

/** Where an element stands: its node, what follows it, and the path that it shares with what it encloses. */
export interface Place {
  readonly workflow: string
  readonly node: NodeId
  readonly next: NodeId | null
  readonly path: string
}

export const regionOf = ({ node }: Place, region: string, chain: Chain): Region =>
  toRegion(chain, pathInto({ owner: node, region }))

export const toLinks = (
  opened: ReadonlyArray<readonly [string, Region]>
): Readonly<Record<string, NodeId | null>> =>
  Object.fromEntries(opened.map(([name, region]) => [name, upcoming(region)]))

export const toRegions = (
  opened: ReadonlyArray<readonly [string, Region]>
): ReadonlyArray<Region> => opened.map(([, region]) => region)

export const where = ({ node, workflow }: Place) => ({ node, workflow })

/** Refuses what would be read wrongly or not at all. */
export const assertOptions = (
  place: Place,
  options: object,
  names: ReadonlyArray<string>
): void => {
  const refuse = (option: string, cause: string): never => {
    throw new InvalidOption({ ...where(place), option, cause })
  }
  if (typeof options !== "object" || options === null) {
    return refuse("options", `got ${shown(options)}, give an object`)
  }
  const [wrong] = unknownNames(options, names)
  if (wrong !== undefined) refuse(wrong, `there is no such option, only ${names.join(", ")}`)
}

export const assertCount = (place: Place, option: string, count: unknown): void => {
  if (typeof count === "number" && Number.isSafeInteger(count) && count >= 1) return
  throw new InvalidOption({ ...where(place), option, cause: "write a whole number from 1" })
}

export const toFunction = (place: Place, option: string, fn: unknown): FunctionEntry => {
  if (isFunction(fn)) return fn
  throw new InvalidOption({
    ...where(place),
    option,
    cause: `expected a function, got ${typeof fn}`
  })
}

const isFunction = (fn: unknown): fn is FunctionEntry => typeof fn === "function"

export const usable = <A>(place: Place, option: string, read: () => A): A => {
  try {
    return read()
  } catch (cause) {
    throw new InvalidOption({ ...where(place), option, cause })
  }
}
