// What a caller hands to an engine, read once: defaults filled in, and refused where a program without types, or
// with a cast, asks for what no engine does.
import { randomUUID } from "node:crypto"
import { type AnyWorkflow, assertWorkflow } from "../builder/Workflow.ts"
import { fromUrl, type Seal, sealed, type StoreSource } from "../store/StoreSource.ts"
import { either, fromModule, fromWorkflows, type RegistryModule } from "../task/Registry.ts"
import { shown } from "../task/Shown.ts"
import { InvalidArgument } from "./EngineError.ts"
import type { OnConflict, Start } from "./Intake.ts"
import type { RuntimeOptions } from "./Runtime.ts"

export interface EngineOptions {
  /** `memory()`, `sqlite(path)`, or the same as a text: "memory:", "sqlite:orders.db". */
  readonly store: StoreSource | string
  /** What this engine can drive; what is not here is looked for in the `registry`. */
  readonly workflows?: ReadonlyArray<AnyWorkflow>
  /** The generated module: each workflow and task is loaded when a run first needs it. */
  readonly registry?: RegistryModule
  /** False for a process that only starts, controls and reads. Default true. */
  readonly work?: boolean
  /** Runs driven at one time; more wait in the store. Default 1,000. */
  readonly runsMax?: number
  /** How long this process owns the store without renewing. A process that died is found sooner. Default 10,000. */
  readonly leaseMs?: number
  /** The longest time between two looks at the store, should every hint be lost. Default 1,000. */
  readonly pollMs?: number
  /** Encrypts or changes all values on their way into the store: `aes256gcm({ keys, current })`, or one of your own. */
  readonly seal?: Seal
}

export interface StartOptions {
  /** Names the run, for good: 1 to 256 bytes. A random one unless given. */
  readonly id?: string
  /** What happens when the id exists. Default "fail", with `RunAlreadyExists`. */
  readonly onConflict?: OnConflict
  /** For `list`. */
  readonly tags?: ReadonlyArray<string>
  /** Starts no earlier than this. */
  readonly startAt?: Date
}

/** Throws `InvalidArgument`, `NotAWorkflow`, `RegisteredTwice` or `UnknownStore`. */
export const toRuntimeOptions = (options: EngineOptions): RuntimeOptions => {
  const must = demands("Engine.open", options, openNames)
  const { registry, seal, store, workflows = [], work = true } = options
  const { leaseMs = 10_000, pollMs = 1_000, runsMax = 1_000 } = options
  must("store", typeof store === "string" || isObjectWith(store, "open"), storeRule)
  must("workflows", Array.isArray(workflows), "a list of workflows")
  must("registry", registry === undefined || isObjectWith(registry, "workflows"), registryRule)
  must("work", typeof work === "boolean", "true or false")
  const isSeal = isObjectWith(seal, "seal") && isObjectWith(seal, "open")
  must("seal", seal === undefined || isSeal, "aes256gcm({ keys, current }), or { seal, open }")
  for (const [name, count] of Object.entries({ leaseMs, pollMs, runsMax })) {
    must(name, typeof count === "number" && count >= 1, "a number from 1 on")
  }
  for (const workflow of workflows) assertWorkflow(workflow)
  const given = fromWorkflows(workflows)
  return {
    source: sealed(typeof store === "string" ? fromUrl(store) : store, seal),
    registry: registry === undefined ? given : either(given, fromModule(registry)),
    work,
    runsMax,
    leaseMs,
    pollMs
  }
}

type StartCall = "start" | "signalWithStart"

/** What `options` say of a start. Throws `InvalidArgument`. */
export const toStart = (call: StartCall, options: StartOptions): Start => {
  const must = demands(`engine.${call}`, options, startNames[call])
  const { id = randomUUID(), onConflict = onConflictOf[call], startAt, tags = [] } = options
  must("onConflict", policies.includes(onConflict), policyRule)
  must("startAt", startAt === undefined || startAt instanceof Date, "a Date")
  must("tags", Array.isArray(tags), "a list of texts")
  return { id, onConflict, startAtMs: startAt?.getTime() ?? null, tags }
}

const storeRule = 'memory(), sqlite("file.db"), or a text like "sqlite:file.db"'
const registryRule = 'the module that "onward generate" wrote: import * as registry from "..."'
const policyRule = '"fail", "useExisting" or "terminateExisting"'
const policies: ReadonlyArray<OnConflict> = ["fail", "useExisting", "terminateExisting"]
const onConflictOf = { start: "fail", signalWithStart: "useExisting" } as const

/** As records, so that the compiler asks for the name of a new option here. */
const opening: Readonly<Record<keyof EngineOptions, true>> = {
  store: true,
  workflows: true,
  registry: true,
  work: true,
  runsMax: true,
  leaseMs: true,
  pollMs: true,
  seal: true
}
const starting: Readonly<Record<keyof StartOptions, true>> = {
  id: true,
  onConflict: true,
  tags: true,
  startAt: true
}
const openNames = new Set(Object.keys(opening))
const startNames = {
  start: new Set(Object.keys(starting)),
  signalWithStart: new Set([...Object.keys(starting), "signal", "payload", "key"])
}

/** Refuses what is no option of `call`; gives how to demand something of an option by its name. */
const demands = (call: string, options: object, names: ReadonlySet<string>) => {
  const refuse = (argument: string, fault: string): never => {
    throw new InvalidArgument({ call, argument, fault })
  }
  if (!isObject(options)) return refuse("options", `is ${shown(options)}, give an object`)
  for (const name in options) {
    if (!names.has(name)) refuse(name, `is no option, it takes ${[...names].join(", ")}`)
  }
  return (name: string, holds: boolean, expected: string): void => {
    if (holds) return
    const got: unknown = Reflect.get(options, name)
    refuse(
      name,
      got === undefined ? `is missing, give ${expected}` : `is ${shown(got)}, give ${expected}`
    )
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const isObjectWith = (value: unknown, property: string): boolean =>
  isObject(value) && property in value
