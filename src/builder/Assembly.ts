// The tables of a definition while it is written: each element to its node, and each name in it to what is found
// under that name at run time.
import { format } from "../ir/Definition.ts"
import { toMs } from "../ir/Duration.ts"
import type { Node, NodeId, Task as TaskNode } from "../ir/Node.ts"
import { pathInto } from "../ir/Place.ts"
import { assertValid } from "../ir/Validate.ts"
import type { WorkflowEntry } from "../task/Registry.ts"
import { isPassThrough, isStandardSchema } from "../task/StandardSchema.ts"
import { isName, type TaskParts, toTask } from "../task/Task.ts"
import type { Element } from "./Builder.ts"
import type { Compiled, Source } from "./Compile.ts"
import { InvalidName, InvalidOption } from "./CompileError.ts"
import { embed } from "./Embed.ts"
import { type Item, type Region, upcoming } from "./Region.ts"
import { Tables } from "./Tables.ts"
import {
  assertCount,
  assertOptions,
  type Place,
  regionOf,
  toFunction,
  toLinks,
  toRegions,
  usable,
  where
} from "./Site.ts"

/** Rounds of a loop whose author gives no `max`. */
const roundsMax = 100

/** Elements that run at one time when the author does not say. */
const elementsMax = 10

export class Assembly {
  readonly #source: Source
  readonly #nodes: Record<NodeId, Node> = {}
  readonly #tables = new Tables()

  constructor(source: Source) {
    this.#source = source
    this.#tables.addType("input", source.input, "input")
  }

  /** Writes the node of an element; gives the regions that it owns, in order. */
  add({ element, enclosed }: Item, place: Place): ReadonlyArray<Region> {
    switch (element._tag) {
      case "Task":
        return this.#addTask(element, place)
      case "Step":
        return this.#addStep(element, place)
      case "Made":
        return this.#addStep({ id: element.kind, fn: element.fn, options: {} }, place)
      case "Keep":
        return this.#put(place, { _tag: "Keep", next: place.next })
      case "Publish": {
        const give = this.#tables.addFunction(
          place,
          "give",
          toFunction(place, "publish", element.fn)
        )
        return this.#put(place, { _tag: "Publish", give, next: place.next })
      }
      case "ContinueAs":
        return this.#put(place, { _tag: "ContinueAs", next: place.next })
      case "Fork":
        return this.#addFork(element, place)
      case "AwaitSignal":
        return this.#addAwaitSignal(element, place)
      case "Delay":
        return this.#put(place, {
          _tag: "Delay",
          policy: { ms: usable(place, "delay", () => toMs(element.duration)) },
          next: place.next
        })
      case "SleepUntil":
        return this.#addSleepUntil(element, place)
      case "Route":
        return this.#addRoute(element, place)
      case "Loop":
        return this.#addLoop(element, place)
      case "ForEach":
        return this.#addForEach(element, place)
      case "Catch":
        return this.#addCatch(element, place, enclosed)
      case "Inline":
        return this.#addInline(element.workflow, place)
    }
  }

  finish(entry: NodeId | null): Compiled {
    const { workflow, version } = this.#source
    const { functions, signals, tasks, types } = this.#tables
    const definition = assertValid({
      format,
      workflow,
      version,
      entry,
      nodes: this.#nodes,
      ...(types.size > 0 && { types: Object.fromEntries(types) })
    })
    return { definition, signals: Object.fromEntries(signals), tasks, functions }
  }

  #put({ node }: Place, made: Node): [] {
    this.#nodes[node] = made
    return []
  }

  #addTask({ input, task, undo }: Of<"Task">, place: Place): [] {
    this.#tables.addTask(place, task.task, task.entry)
    this.#tables.addType(`task ${task.task} input`, task.entry.input, "input")
    this.#tables.addType(`task ${task.task} output`, task.entry.output, "output")
    const named =
      input === undefined ? {} : { input: this.#tables.addFunction(place, "input", input) }
    return this.#put(place, {
      _tag: "Task",
      task: task.task,
      ...named,
      ...task.node,
      ...(undo !== undefined && this.#addUndo(undo, task, place)),
      next: place.next
    })
  }

  #addUndo(undo: TaskParts, { node }: TaskParts, place: Place): Pick<TaskNode, "undo" | "policy"> {
    this.#tables.addTask(place, undo.task, undo.entry)
    const policy = undo.node.policy
    return {
      undo: undo.task,
      ...(policy !== undefined && { policy: { ...node.policy, undo: policy } })
    }
  }

  #addStep({ id, fn, options, undo }: Of<"Step">, place: Place): [] {
    const task = usable(place, "step", () => toTask(id, options, fn))
    const name = `${place.workflow}#${place.node}`
    const step = { ...task, task: name, entry: { ...task.entry, name } }
    return this.#addTask(undo === undefined ? { task: step } : { task: step, undo }, place)
  }

  #addFork({ branches, join }: Of<"Fork">, place: Place): ReadonlyArray<Region> {
    if (typeof join === "object") assertCount(place, "quorum", join.quorum)
    const opened = this.#open(branches, place)
    const made = { _tag: "Fork", branches: toLinks(opened), join, next: place.next } as const
    this.#put(place, made)
    return toRegions(opened)
  }

  #addRoute({ arms, on }: Of<"Route">, place: Place): ReadonlyArray<Region> {
    const named = arms.filter(([key]) => key !== "*")
    const others = arms.find(([key]) => key === "*")
    const opened = this.#open(named, place)
    const otherwise = others === undefined ? undefined : regionOf(place, "otherwise", others[1])
    const key =
      typeof on === "string"
        ? { property: on }
        : { select: this.#tables.addFunction(place, "select", toFunction(place, "select", on)) }
    this.#put(place, {
      _tag: "Route",
      on: key,
      arms: toLinks(opened),
      ...(otherwise !== undefined && { otherwise: upcoming(otherwise) }),
      next: place.next
    })
    return [...toRegions(opened), ...(otherwise === undefined ? [] : [otherwise])]
  }

  #addLoop({ body, options }: Of<"Loop">, place: Place): ReadonlyArray<Region> {
    assertOptions(place, options, ["while", "max", "onMax"])
    const { max = roundsMax, onMax = "fail" } = options
    assertCount(place, "max", max)
    if (onMax !== "fail" && onMax !== "continue") {
      throw new InvalidOption({
        ...where(place),
        option: "onMax",
        cause: 'write "fail" or "continue"'
      })
    }
    const asked = toFunction(place, "while", options.while)
    const region = regionOf(place, "body", body)
    this.#put(place, {
      _tag: "Loop",
      body: upcoming(region),
      while: this.#tables.addFunction(place, "while", asked),
      policy: { max, onMax },
      next: place.next
    })
    return [region]
  }

  #addForEach({ body, options }: Of<"ForEach">, place: Place): ReadonlyArray<Region> {
    assertOptions(place, options, ["concurrency"])
    const { concurrency = elementsMax } = options
    assertCount(place, "concurrency", concurrency)
    const region = regionOf(place, "body", body)
    const policy = { concurrency }
    this.#put(place, { _tag: "ForEach", body: upcoming(region), policy, next: place.next })
    return [region]
  }

  #addCatch(
    { handler, tag }: Of<"Catch">,
    place: Place,
    enclosed: ReadonlyArray<Item>
  ): ReadonlyArray<Region> {
    const body: Region = { path: place.path, items: enclosed, at: 0, isEnclosed: true }
    const handled = regionOf(place, tag, handler)
    const handlers = { [tag]: upcoming(handled) }
    this.#put(place, { _tag: "Catch", body: upcoming(body), handlers, next: place.next })
    return [body, handled]
  }

  #addSleepUntil({ at }: Of<"SleepUntil">, place: Place): [] {
    const { next } = place
    if (!(at instanceof Date)) {
      const name = this.#tables.addFunction(place, "at", toFunction(place, "sleepUntil", at))
      return this.#put(place, { _tag: "SleepUntil", at: name, next })
    }
    const atMs = at.getTime()
    if (Number.isNaN(atMs)) {
      throw new InvalidOption({
        ...where(place),
        option: "sleepUntil",
        cause: "the Date is invalid"
      })
    }
    return this.#put(place, { _tag: "SleepUntil", policy: { atMs }, next })
  }

  /** The child's nodes go below this one; what they name keeps its name, so that old runs find it again. */
  #addInline(child: WorkflowEntry, place: Place): [] {
    for (const [name, entry] of child.tasks) this.#tables.addTask(place, name, entry)
    for (const [name, fn] of child.functions) this.#tables.functions.set(name, fn)
    for (const [name, schema] of Object.entries(child.signals)) {
      this.#tables.addSignal(place, name, schema)
    }
    const path = pathInto({ owner: place.node, region: "body" })
    const { entry, nodes } = embed(child.definition, path)
    const { name: workflow, version } = child
    const checks = !isPassThrough(child.input)
    const body = checks ? `${path}start+input` : entry
    this.#put(place, { _tag: "Inline", workflow, version, body, next: place.next })
    if (checks) this.#addInputCheck(child, { ...place, node: `${path}start+input`, next: entry })
    Object.assign(this.#nodes, nodes)
    return []
  }

  /** A child's input is checked where it comes in, as that of a run is. */
  #addInputCheck({ input }: WorkflowEntry, place: Place): void {
    const name = `${place.workflow}#${place.node}`
    const entry = { name, fn: (value: unknown) => value, errors: [], input }
    this.#tables.addTask(place, name, entry)
    this.#put(place, { _tag: "Task", task: name, next: place.next })
  }

  #addAwaitSignal(element: Of<"AwaitSignal">, place: Place): ReadonlyArray<Region> {
    const { signal, schema, late, options } = element
    if (!isName(signal)) throw new InvalidName({ ...where(place), name: String(signal) })
    if (!isStandardSchema(schema)) {
      const cause = "give a Standard Schema, or type<A>()"
      throw new InvalidOption({ ...where(place), option: "schema", cause })
    }
    this.#tables.addSignal(place, signal, schema)
    assertOptions(place, options, ["timeout", "onTimeout", "as"])
    const { timeout } = options
    const timeoutMs =
      timeout === undefined ? undefined : usable(place, "timeout", () => toMs(timeout))
    if (late !== undefined && timeoutMs === undefined) {
      throw new InvalidOption({ ...where(place), option: "onTimeout", cause: "it needs a timeout" })
    }
    const region = late === undefined ? undefined : regionOf(place, "timeout", late)
    this.#put(place, {
      _tag: "AwaitSignal",
      signal,
      ...(timeoutMs !== undefined && { policy: { timeoutMs } }),
      ...(region !== undefined && { onTimeout: upcoming(region) }),
      next: place.next
    })
    return region === undefined ? [] : [region]
  }

  /** The regions of what has named ones. */
  #open(chains: Of<"Fork">["branches"], place: Place): ReadonlyArray<readonly [string, Region]> {
    const wrong = chains.find(([name]) => !isName(name))
    if (wrong !== undefined) throw new InvalidName({ ...where(place), name: wrong[0] })
    return chains.map(([name, chain]) => [name, regionOf(place, name, chain)] as const)
  }
}

type Of<Tag extends Element["_tag"]> = Omit<Extract<Element, { _tag: Tag }>, "_tag">
