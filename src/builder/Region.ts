// A chain in order, with the name of each element: the author's, or one made of the name before it. Regions are
// worked off with a stack of the compiler's own, so neither length nor nesting costs call stack.
import type { NodeId } from "../ir/Node.ts"
import type { Chain, Element } from "./Builder.ts"

/** What the names of a region bring in sight, with those that its catches enclose. */
export const namesOf = (items: ReadonlyArray<Item>): ReadonlyArray<string> =>
  items.flatMap((item) => inSight(item) ?? namesOf(item.enclosed))

/** The author's name as it is told from others: a step and what is kept may have the same. */
export const inSight = ({ element, id }: Item): string | undefined =>
  element._tag === "Keep" ? `keep ${element.id}` : id

/** A chain in order, half worked off. */
export interface Region {
  readonly path: string
  readonly items: ReadonlyArray<Item>
  /** How many items are written. */
  at: number
  /** Whether it lies on the path of the region around it. */
  readonly isEnclosed?: true
}

/** An element with the author's id, if any, and the name that ends its node id. */
export interface Item {
  readonly element: Element
  readonly id: string | undefined
  readonly name: string
  /** What stands inside it without a path of its own. */
  readonly enclosed: ReadonlyArray<Item>
}

export const toRegion = (chain: Chain, path: string): Region => ({
  path,
  items: toItems(chain, { last: "start", counts: new Map() }),
  at: 0
})

/** What a region needs to remember to name its elements: also those that a catch encloses, which share its path. */
interface Naming {
  last: string
  readonly counts: Map<string, number>
}

/** What the author did not name is called after the last named element, so an edit elsewhere renames nothing. */
const toItems = (chain: Chain, naming: Naming): ReadonlyArray<Item> => {
  const elements: Array<Element> = []
  for (let rest = chain; rest !== null; rest = rest.before) elements.push(rest.last)
  return elements.toReversed().map((element) => {
    const id = idOf(element)
    if (id !== undefined) {
      naming.last = id
      return { element, id, name: id, enclosed: none }
    }
    const enclosed = element._tag === "Catch" ? toItems(element.body, naming) : none
    const name = `${naming.last}+${kindOf(element)}`
    const count = (naming.counts.get(name) ?? 0) + 1
    naming.counts.set(name, count)
    return { element, id, name: count === 1 ? name : `${name}${count}`, enclosed }
  })
}

const none: ReadonlyArray<Item> = []

const kindOf = (element: Element): string => {
  if (element._tag === "Catch")
    return element.tag === "*" ? "catch" : `catch.${toPart(element.tag)}`
  if (element._tag === "Keep") return `keep.${element.id}`
  return element._tag === "Made" ? element.kind : element._tag.toLowerCase()
}

/** A tag as part of a node id: tags may hold what ids do not. */
const toPart = (tag: string): string => tag.replaceAll(/[^\w.-]/g, "-")

const idOf = (element: Element): string | undefined => {
  switch (element._tag) {
    case "Task":
      return element.task.id
    case "Step":
      return element.id
    case "AwaitSignal":
      return element.options.as ?? element.signal
    case "Inline":
      return element.workflow.name
    case "Keep":
    case "Publish":
    case "ContinueAs":
    case "Fork":
    case "Delay":
    case "SleepUntil":
    case "Route":
    case "Loop":
    case "Made":
    case "ForEach":
    case "Catch":
      return undefined
  }
}

/** The node that `region` comes to next. */
export const upcoming = ({ path, items, at }: Region): NodeId | null => {
  const item = items[at]
  return item === undefined ? null : path + item.name
}
