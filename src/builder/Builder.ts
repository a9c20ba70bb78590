// What runs behind the types of Flow.ts: each call adds one element to a chain and gives a new builder.
// Chains hold their last element first, so builders that share a beginning share it in memory. Nothing is named,
// checked or linked here: that is Compile.ts, which sees the whole.
import * as Data from "effect/Data"
import type { Duration } from "../ir/Duration.ts"
import type { Join } from "../ir/Node.ts"
import { type FunctionEntry, isWorkflowEntry, type WorkflowEntry } from "../task/Registry.ts"
import type { StandardSchemaV1 } from "../task/StandardSchema.ts"
import { isTask, type TaskParts } from "../task/Task.ts"
import type { AnyCallOptions } from "../task/TaskOptions.ts"

/** One call of the author. */
export type Element = Data.TaggedEnum<{
  Task: { readonly task: TaskParts; readonly input?: FunctionEntry; readonly undo?: TaskParts }
  Step: {
    readonly id: string
    readonly fn: unknown
    readonly options: AnyCallOptions
    readonly undo?: TaskParts
  }
  Fork: {
    readonly branches: ReadonlyArray<readonly [name: string, chain: Chain]>
    readonly join: Join
  }
  Delay: { readonly duration: Duration }
  SleepUntil: { readonly at: unknown }
  Route: { readonly on: unknown; readonly arms: ReadonlyArray<readonly [key: string, arm: Chain]> }
  Loop: { readonly body: Chain; readonly options: LoopOptions }
  /** A function without a name of its own: makes the list of a `forEach`, or the input of another round. */
  Made: { readonly fn: unknown; readonly kind: "items" | "input" }
  ForEach: { readonly body: Chain; readonly options: ForEachOptions }
  /** Encloses what stands before it in its region. */
  Catch: { readonly body: Chain; readonly tag: string; readonly handler: Chain }
  Inline: { readonly workflow: WorkflowEntry }
  Keep: { readonly id: string }
  Publish: { readonly fn: unknown }
  ContinueAs: object
  AwaitSignal: {
    readonly signal: string
    readonly schema: StandardSchemaV1
    readonly options: AwaitOptions
    readonly late: Chain | undefined
  }
}>

/** The elements of a region, last first; null for none. */
export type Chain = { readonly last: Element; readonly before: Chain } | null

interface LoopOptions {
  readonly while: FunctionEntry
  readonly max?: number
  readonly onMax?: "fail" | "continue"
}

interface ForEachOptions {
  readonly concurrency?: number
}

interface AwaitOptions {
  readonly timeout?: Duration
  readonly onTimeout?: unknown
  readonly as?: string
}

/** A builder was taken for a promise. */
export class BuilderAwaited extends Data.TaggedError("BuilderAwaited")<{
  readonly workflow: string
  readonly place: string
}> {
  override get message(): string {
    return `${this.place} of workflow '${this.workflow}': the builder was awaited, or returned from an async function. Its callback is not async; for a function written in place use .step("id", fn)`
  }
}

/** `then` or `call` got something else than a task. */
export class NotATask extends Data.TaggedError("NotATask")<{
  readonly workflow: string
  readonly place: string
  readonly got: string
}> {
  override get message(): string {
    return `${this.place} of workflow '${this.workflow}': expected a task, got ${this.got}. Declare it with task("id", fn); undefined often means that two modules import each other`
  }
}

/** `compensate` does not follow a task, so there is nothing that it could undo. */
export class NothingToUndo extends Data.TaggedError("NothingToUndo")<{
  readonly workflow: string
  readonly place: string
  readonly task: string
}> {
  override get message(): string {
    return `${this.place} of workflow '${this.workflow}': .compensate(${this.task}) must directly follow the .then, .step or .call that it undoes`
  }
}

/** A callback did not return a flow built on the one that it was handed. */
export class NotAFlow extends Data.TaggedError("NotAFlow")<{
  readonly workflow: string
  readonly place: string
  readonly got: string
}> {
  override get message(): string {
    return `${this.place} of workflow '${this.workflow}': expected the flow built on the callback's own parameter, got ${this.got}: end a fork with .join(), and return the last call of the chain`
  }
}

/** Where a builder builds: the trunk of a workflow, or one region of it. Compared by identity. */
interface Site {
  readonly workflow: string
  readonly region: string | undefined
}

export class Builder {
  readonly chain: Chain
  readonly #site: Site

  constructor(site: Site, chain: Chain = null) {
    this.chain = chain
    this.#site = site
  }

  then(task: unknown): Builder {
    if (typeof task === "function") throw new BuilderAwaited(this.#where())
    return this.#add({ _tag: "Task", task: this.#taskOf(task) })
  }

  step(id: string, fn: unknown, options: AnyCallOptions = {}): Builder {
    return this.#add({ _tag: "Step", id, fn, options })
  }

  call(task: unknown, input: FunctionEntry): Builder {
    return this.#add({ _tag: "Task", task: this.#taskOf(task), input })
  }

  fork(branches: Readonly<Record<string, unknown>>) {
    const entries = Object.entries(branches)
    const built = entries.map(([name, branch]) => [name, this.#region(name, branch)] as const)
    const joined = (join: Join) => this.#add({ _tag: "Fork", branches: built, join })
    return {
      join: (id?: string, fn?: unknown) =>
        id === undefined ? joined("all") : joined("all").step(id, fn),
      any: () => joined("any"),
      race: () => joined("race"),
      allSettled: () => joined("settled"),
      quorum: (quorum: number) => joined({ quorum })
    }
  }

  route(select: unknown, arms: Readonly<Record<string, unknown>>): Builder {
    const built = Object.entries(arms).map(
      ([key, arm]) => [key, this.#region(key === "*" ? "otherwise" : key, arm)] as const
    )
    return this.#add({ _tag: "Route", on: select, arms: built })
  }

  /** A function selects, a name is that of a property. */
  routeOn(property: string, arms: Readonly<Record<string, unknown>>): Builder {
    return this.route(property, arms)
  }

  loop(body: unknown, options: LoopOptions): Builder {
    return this.#add({ _tag: "Loop", body: this.#region("body", body), options })
  }

  forEach(items: unknown, body: unknown, options: ForEachOptions = {}): Builder {
    const listed = this.#add({ _tag: "Made", fn: items, kind: "items" })
    return listed.#add({ _tag: "ForEach", body: this.#region("body", body), options })
  }

  thenFlow(workflow: unknown): Builder {
    if (isWorkflowEntry(workflow)) return this.#add({ _tag: "Inline", workflow })
    throw new NotATask({ ...this.#where(), got: describe(workflow) })
  }

  catch(tag: string, handler: unknown): Builder {
    const body = this.chain
    const last = { _tag: "Catch", body, tag, handler: this.#region(tag, handler) } as const
    return new Builder(this.#site, { last, before: null })
  }

  catchAll(handler: unknown): Builder {
    return this.catch("*", handler)
  }

  keep(id: string): Builder {
    return this.#add({ _tag: "Keep", id })
  }

  publish(fn: unknown = (value: unknown) => value): Builder {
    return this.#add({ _tag: "Publish", fn })
  }

  compensate(task: unknown): Builder {
    const undo = this.#taskOf(task)
    const { before, last } = this.chain ?? { before: null, last: undefined }
    if (last?._tag === "Task" || last?._tag === "Step") {
      return new Builder(this.#site, { last: { ...last, undo }, before })
    }
    throw new NothingToUndo({ ...this.#where(), task: undo.task })
  }

  /** The new input is made by a function of its own, so that no round is without a checkpoint. */
  continueAs(input: unknown = (value: unknown) => value): Builder {
    return this.#add({ _tag: "Made", fn: input, kind: "input" }).#add({ _tag: "ContinueAs" })
  }

  sleepUntil(at: unknown): Builder {
    return this.#add({ _tag: "SleepUntil", at })
  }

  delay(duration: Duration): Builder {
    return this.#add({ _tag: "Delay", duration })
  }

  awaitSignal(signal: string, schema: StandardSchemaV1, options: AwaitOptions = {}): Builder {
    const { onTimeout } = options
    const late = onTimeout === undefined ? undefined : this.#region("timeout", onTimeout)
    return this.#add({ _tag: "AwaitSignal", signal, schema, options, late })
  }

  /** The chain of what `build` makes of a fresh builder. */
  static build(site: Site, build: (b: Builder) => unknown): Chain {
    const built = build(new Builder(site))
    if (built instanceof Builder && built.#site === site) return built.chain
    if (built instanceof Promise) {
      built.catch(() => {}) // the same BuilderAwaited again, thrown where the promise took the builder up
      throw new BuilderAwaited({ workflow: site.workflow, place: placeName(site) })
    }
    throw new NotAFlow({ workflow: site.workflow, place: placeName(site), got: describe(built) })
  }

  #add(last: Element): Builder {
    return new Builder(this.#site, { last, before: this.chain })
  }

  #taskOf(task: unknown): TaskParts {
    if (isTask(task)) return task
    throw new NotATask({ ...this.#where(), got: describe(task) })
  }

  #region(region: string, branch: unknown): Chain {
    if (isTask(branch)) return { last: { _tag: "Task", task: branch }, before: null }
    if (isWorkflowEntry(branch)) {
      return { last: { _tag: "Inline", workflow: branch }, before: null }
    }
    const site = { workflow: this.#site.workflow, region }
    if (isCallback(branch)) return Builder.build(site, branch)
    throw new NotATask({ workflow: site.workflow, place: placeName(site), got: describe(branch) })
  }

  #where() {
    return { workflow: this.#site.workflow, place: placeName(this.#site) }
  }
}

const placeName = ({ region }: Site): string =>
  region === undefined ? "Trunk" : `Region '${region}'`

const isCallback = (branch: unknown): branch is (b: Builder) => unknown =>
  typeof branch === "function"

const describe = (got: unknown): string => {
  if (got instanceof Builder) return "a flow that was built on another builder"
  if (typeof got === "object" && got !== null && "join" in got) return "a fork without .join()"
  return got === null ? "null" : typeof got
}
