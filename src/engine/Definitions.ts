// Definitions bound to code, by structure hash: today's from the registry, older ones as the store kept them.
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Definition } from "../ir/Definition.ts"
import { hashes } from "../ir/Hash.ts"
import { fromJson, toJson } from "../ir/Json.ts"
import type { Store } from "../store/Store.ts"
import type { StoreError } from "../store/StoreError.ts"
import { either, fromWorkflows, type Registry, type WorkflowEntry } from "../task/Registry.ts"
import { type Binding, bind } from "./Binding.ts"

/** A definition in the store is not the one that its runs were started with. Nothing of it was run. */
export class TamperedDefinition extends Data.TaggedError("TamperedDefinition")<{
  readonly workflow: string
  readonly hash: string
  readonly found: string
}> {
  override get message(): string {
    return `The stored definition of workflow '${this.workflow}' has been changed: its hash is ${this.found}, its runs were started with ${this.hash}. Restore it, or register the workflow as it was`
  }
}

export class Definitions {
  readonly #store: Store
  readonly #registry: Registry
  readonly #bindings = new Map<string, Binding>()
  readonly #defined = new Set<string>()

  constructor(store: Store, registry: Registry) {
    this.#store = store
    this.#registry = registry
  }

  /** The binding of the definition that a run was started with, if it is known already. */
  known(hash: string): Binding | undefined {
    return this.#bindings.get(hash)
  }

  /**
   * The binding of the definition with this hash. Where today's workflow has the same structure its policies
   * count: a run takes a changed retry or delay at its next node. Fails when the stored text cannot be read.
   */
  bind(workflow: string, hash: string): Effect.Effect<Binding, unknown> {
    return Effect.gen({ self: this }, function* () {
      const known = this.#bindings.get(hash)
      if (known !== undefined) return known
      const entry = yield* later(() => this.#registry.workflow(workflow))
      const isCurrent = entry !== undefined && entry.hashes.structure === hash
      const definition = isCurrent ? entry.definition : yield* this.#read(workflow, hash)
      // A workflow brings what its inlined children name: nothing of that need be registered by itself.
      const names =
        entry === undefined ? this.#registry : either(fromWorkflows([entry]), this.#registry)
      const binding = yield* later(() => bind(definition, names))
      this.#bindings.set(hash, binding)
      return binding
    })
  }

  /** The registered workflow of this name. */
  entry(workflow: string): Effect.Effect<WorkflowEntry | undefined, unknown> {
    return later(() => this.#registry.workflow(workflow))
  }

  /** Whether `define` has nothing left to do. */
  isDefined(hash: string): boolean {
    return this.#defined.has(hash)
  }

  /** Makes sure that the store has the definition before a run refers to it. */
  define(entry: WorkflowEntry): Effect.Effect<void, StoreError> {
    const hash = entry.hashes.structure
    if (this.#defined.has(hash)) return Effect.void
    const definition = { hash, workflow: entry.name, json: toJson(entry.definition) }
    return Effect.map(this.#store.define([definition]), () => {
      this.#defined.add(hash)
    })
  }

  #read(workflow: string, hash: string): Effect.Effect<Definition, unknown> {
    return Effect.flatMap(this.#store.definition(hash), (json) =>
      later(() => {
        const definition = fromJson(json ?? "", `the store, for workflow '${workflow}'`)
        const found = hashes(definition).structure
        if (found !== hash) throw new TamperedDefinition({ workflow, hash, found })
        return definition
      })
    )
  }
}

/** What is found at once or later; what is thrown fails. */
const later = <A>(find: () => A | Promise<A>): Effect.Effect<A, unknown> =>
  Effect.tryPromise({ try: async () => find(), catch: (error) => error })
