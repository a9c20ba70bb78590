// A chain of calls to a definition and the functions that it names. Regions are worked off with a stack of our
// own, so neither length nor nesting costs call stack. A node is written, then its regions, then what follows it:
// the table of nodes reads like the workflow.
import type { Json } from "effect/Schema"
import { type Definition, format } from "../ir/Definition.ts"
import { toMs } from "../ir/Duration.ts"
import type { Node, NodeId } from "../ir/Node.ts"
import { pathInto } from "../ir/Place.ts"
import { assertValid } from "../ir/Validate.ts"
import type { FunctionEntry, TaskEntry } from "../task/Registry.ts"
import { type StandardSchemaV1, toJsonSchema } from "../task/StandardSchema.ts"
import { isName, toTask } from "../task/Task.ts"
import type { Chain, Element } from "./Builder.ts"
import { DuplicateId, InvalidName, InvalidOption, NameConflict } from "./CompileError.ts"

export interface Source {
  readonly workflow: string
  readonly version: string
  readonly input: StandardSchemaV1
  readonly chain: Chain
}

export interface Compiled {
  readonly definition: Definition
  readonly signals: Readonly<Record<string, StandardSchemaV1>>
  readonly tasks: ReadonlyMap<string, TaskEntry>
  readonly functions: ReadonlyMap<string, FunctionEntry>
}

/** Compiles `source`. Throws an error of CompileError.ts, or `InvalidDefinition`. */
export const compile = (source: Source): Compiled => {
  const assembly = new Assembly(source)
  const trunk = toRegion(source.chain, "")
  const entry = upcoming(trunk)
  const inSight = new Set<string>()
  const stack = [trunk]
  for (let region = stack.at(-1); region !== undefined; region = stack.at(-1)) {
    const item = region.items[region.at++]
    if (item === undefined) {
      for (const { id } of region.items) if (id !== undefined) inSight.delete(id)
      stack.pop()
      continue
    }
    const { element, id, name } = item
    const place = { workflow: source.workflow, node: region.path + name }
    if (id !== undefined) {
      if (!isName(id)) throw new InvalidName({ ...place, name: String(id) })
      if (inSight.has(id)) throw new DuplicateId({ ...place, id })
      inSight.add(id)
    }
    stack.push(...assembly.add(element, place, upcoming(region)).toReversed())
  }
  return assembly.finish(entry)
}

/** A chain in order, half worked off. */
interface Region {
  readonly path: string
  readonly items: ReadonlyArray<Item>
  /** How many items are written. */
  at: number
}

/** An element with the author's id, if any, and the name that ends its node id. */
interface Item {
  readonly element: Element
  readonly id: string | undefined
  readonly name: string
}

const toRegion = (chain: Chain, path: string): Region => {
  const elements: Array<Element> = []
  for (let rest = chain; rest !== null; rest = rest.before) elements.push(rest.last)
  return { path, items: toItems(elements.toReversed()), at: 0 }
}

/** What the author did not name is called after the last named element, so an edit elsewhere renames nothing. */
const toItems = (elements: ReadonlyArray<Element>): ReadonlyArray<Item> => {
  let last = "start"
  const counts = new Map<string, number>()
  return elements.map((element) => {
    const id = idOf(element)
    if (id !== undefined) {
      last = id
      return { element, id, name: id }
    }
    const name = `${last}+${element._tag.toLowerCase()}`
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return { element, id, name: count === 1 ? name : `${name}${count}` }
  })
}

const idOf = (element: Element): string | undefined => {
  switch (element._tag) {
    case "Task":
      return element.task.id
    case "Step":
      return element.id
    case "AwaitSignal":
      return element.options.as ?? element.signal
    case "Fork":
    case "Delay":
      return undefined
  }
}

/** The node that `region` comes to next. */
const upcoming = ({ path, items, at }: Region): NodeId | null => {
  const item = items[at]
  return item === undefined ? null : path + item.name
}

interface Place {
  readonly workflow: string
  readonly node: NodeId
}

/** The definition and its functions, as far as they are written. */
class Assembly {
  readonly #source: Source
  readonly #nodes: Record<NodeId, Node> = {}
  readonly #signals = new Map<string, StandardSchemaV1>()
  readonly #tasks = new Map<string, TaskEntry>()
  readonly #functions = new Map<string, FunctionEntry>()
  readonly #types = new Map<string, Json>()

  constructor(source: Source) {
    this.#source = source
    this.#addType("input", source.input, "input")
  }

  /** Writes the node of `element`; gives the regions that it owns, in order. */
  add(element: Element, place: Place, next: NodeId | null): ReadonlyArray<Region> {
    switch (element._tag) {
      case "Task":
        return this.#addTask(element, place, next)
      case "Step":
        return this.#addStep(element, place, next)
      case "Fork":
        return this.#addFork(element, place, next)
      case "AwaitSignal":
        return this.#addAwaitSignal(element, place, next)
      case "Delay": {
        const ms = usable(place, "delay", () => toMs(element.duration))
        this.#nodes[place.node] = { _tag: "Delay", policy: { ms }, next }
        return []
      }
    }
  }

  finish(entry: NodeId | null): Compiled {
    const { workflow, version } = this.#source
    const types = Object.fromEntries(this.#types)
    const definition = assertValid({
      format,
      workflow,
      version,
      entry,
      nodes: this.#nodes,
      ...(this.#types.size > 0 && { types })
    })
    const signals = Object.fromEntries(this.#signals)
    return { definition, signals, tasks: this.#tasks, functions: this.#functions }
  }

  #addTask({ task, input }: Call, place: Place, next: NodeId | null): [] {
    const known = this.#tasks.get(task.task) ?? task.entry
    if (known !== task.entry) throw new NameConflict({ ...place, kind: "task", name: task.task })
    this.#tasks.set(task.task, task.entry)
    this.#addType(`task ${task.task} input`, task.entry.input, "input")
    this.#addType(`task ${task.task} output`, task.entry.output, "output")
    const mapping = `${place.workflow}#${place.node}@input`
    if (input !== undefined) this.#functions.set(mapping, input)
    this.#nodes[place.node] = {
      _tag: "Task",
      task: task.task,
      ...(input !== undefined && { input: mapping }),
      ...task.node,
      next
    }
    return []
  }

  #addStep({ id, fn, options }: Step, place: Place, next: NodeId | null): [] {
    const task = usable(place, "step", () => toTask(id, options, fn))
    const name = `${place.workflow}#${place.node}`
    return this.#addTask(
      { task: { ...task, task: name, entry: { ...task.entry, name } } },
      place,
      next
    )
  }

  #addFork({ branches }: Fork, place: Place, next: NodeId | null): ReadonlyArray<Region> {
    const wrong = branches.find(([name]) => !isName(name))
    if (wrong !== undefined) throw new InvalidName({ ...place, name: wrong[0] })
    const owner = place.node
    const opened = branches.map(
      ([name, chain]) => [name, toRegion(chain, pathInto({ owner, region: name }))] as const
    )
    const entries = opened.map(([name, region]) => [name, upcoming(region)] as const)
    this.#nodes[owner] = { _tag: "Fork", branches: Object.fromEntries(entries), join: "all", next }
    return opened.map(([, region]) => region)
  }

  #addAwaitSignal(element: AwaitSignal, place: Place, next: NodeId | null): ReadonlyArray<Region> {
    const { signal, schema, late, options } = element
    if (!isName(signal)) throw new InvalidName({ ...place, name: String(signal) })
    const known = this.#signals.get(signal) ?? schema
    if (known !== schema) throw new NameConflict({ ...place, kind: "signal", name: signal })
    this.#signals.set(signal, schema)
    this.#addType(`signal ${signal}`, schema, "input")
    const { timeout } = options
    const timeoutMs =
      timeout === undefined ? undefined : usable(place, "timeout", () => toMs(timeout))
    if (late !== undefined && timeoutMs === undefined) {
      throw new InvalidOption({ ...place, option: "onTimeout", cause: "it needs a timeout" })
    }
    const region =
      late === undefined
        ? undefined
        : toRegion(late, pathInto({ owner: place.node, region: "timeout" }))
    this.#nodes[place.node] = {
      _tag: "AwaitSignal",
      signal,
      ...(timeoutMs !== undefined && { policy: { timeoutMs } }),
      ...(region !== undefined && { onTimeout: upcoming(region) }),
      next
    }
    return region === undefined ? [] : [region]
  }

  #addType(place: string, schema: StandardSchemaV1 | undefined, side: "input" | "output"): void {
    if (schema === undefined || this.#types.has(place)) return
    const found = toJsonSchema(schema, side)
    if (found !== undefined) this.#types.set(place, found)
  }
}

type Call = Omit<Extract<Element, { _tag: "Task" }>, "_tag">
type Step = Extract<Element, { _tag: "Step" }>
type Fork = Extract<Element, { _tag: "Fork" }>
type AwaitSignal = Extract<Element, { _tag: "AwaitSignal" }>

const usable = <A>(place: Place, option: string, read: () => A): A => {
  try {
    return read()
  } catch (cause) {
    throw new InvalidOption({ ...place, option, cause })
  }
}
