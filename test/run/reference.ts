// A second interpreter, the naive way: it recurses through the definition and carries the time along. What it
// says about values, calls and failures is what the transition must come to, one event after another.
import type { Definition } from "../../src/ir/Definition.ts"
import type { Fork, Node, NodeId, Task } from "../../src/ir/Node.ts"

/** How the world answers: by node and attempt alone, so that the order of asking does not matter. */
export interface World {
  readonly attempt: (node: NodeId, attempt: number) => Attempt
  /** Whether this signal was sent, often enough, before the run started. */
  readonly isSent: (signal: string) => boolean
  /** Whether branches run side by side. */
  readonly overlap: boolean
}

export interface Attempt {
  readonly ms: number
  readonly fails: boolean
  readonly retryable: boolean
  readonly random: number
}

export interface Call {
  readonly node: NodeId
  readonly attempt: number
  readonly value: string
  readonly atMs: number
}

export interface Failure {
  readonly node: NodeId
  readonly error: string
  readonly atMs: number
}

export interface Account {
  /** Null when the run fails, or waits for ever. */
  readonly output: string | null
  readonly calls: ReadonlyArray<Call>
  /** Every failure that a strand comes to when nobody stops it; the earliest is the run's. */
  readonly failures: ReadonlyArray<Failure>
}

/** A short text that tells one value from another. */
export const digest = (text: string): string => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  }
  return hash.toString(36)
}

export const outputOf = (node: NodeId, value: string): string => `"${digest(`${node}(${value})`)}"`
export const errorOf = (node: NodeId, attempt: number): string =>
  `"${digest(node)} fails at ${attempt}"`
export const timedOut = (node: NodeId): string => `"${digest(node)} timed out"`
export const tooLate = (node: NodeId, attempts: number): string =>
  `"${digest(node)} late by ${attempts}"`
export const record = (members: ReadonlyArray<readonly [string, string]>): string =>
  `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`

export const list = (members: ReadonlyArray<string>): string => `[${members.join(",")}]`
export const elements = (value: string): ReadonlyArray<string> | null => {
  const json: unknown = JSON.parse(value)
  return Array.isArray(json) ? json.map((element) => JSON.stringify(element)) : null
}

/** Where a strand is after a region: null when it goes no further. */
type Reached = { readonly value: string; readonly atMs: number } | null

export const account = (definition: Definition, input: string, world: World): Account => {
  const reference = new Reference(definition, world)
  const end = reference.region(definition.entry, { value: input, atMs: 0 })
  const { calls, failures } = reference
  return { output: end?.value ?? null, calls, failures }
}

class Reference {
  readonly calls: Array<Call> = []
  readonly failures: Array<Failure> = []
  readonly #nodes: Definition["nodes"]
  readonly #world: World

  constructor({ nodes }: Definition, world: World) {
    this.#nodes = nodes
    this.#world = world
  }

  region(id: NodeId | null, from: Reached): Reached {
    if (id === null || from === null) return from
    const node = this.#nodes[id]!
    return this.region(node.next, this.#perform(id, node, from))
  }

  #perform(id: NodeId, node: Node, from: NonNullable<Reached>): Reached {
    switch (node._tag) {
      case "Task":
        return this.#task(id, node, from)
      case "Delay":
        return { ...from, atMs: from.atMs + node.policy.ms }
      case "Fork":
        return this.#fork(node, from)
      case "AwaitSignal": {
        if (this.#world.isSent(node.signal)) return { ...from, value: `"${node.signal}"` }
        const timeoutMs = node.policy?.timeoutMs
        if (timeoutMs === undefined) return null
        const late = { ...from, atMs: from.atMs + timeoutMs }
        if (node.onTimeout !== undefined) return this.region(node.onTimeout, late)
        return this.#fail({ node: id, error: timedOut(id), atMs: late.atMs })
      }
      default:
        throw new Error(`${node._tag} is not in the reference yet`)
    }
  }

  #task(id: NodeId, { policy }: Task, { atMs, value }: NonNullable<Reached>): Reached {
    const deadlineMs = policy?.deadlineMs ?? Infinity
    const retry = policy?.retry ?? { maxRetries: 0, initialDelayMs: 0 }
    let nowMs = atMs
    for (let attempt = 1; ; attempt += 1) {
      this.calls.push({ node: id, attempt, value, atMs: nowMs })
      const { fails, ms, random, retryable } = this.#world.attempt(id, attempt)
      nowMs += ms
      if (!fails) return { value: outputOf(id, value), atMs: nowMs }
      if (!retryable || attempt > retry.maxRetries) {
        return this.#fail({ node: id, error: errorOf(id, attempt), atMs: nowMs })
      }
      const grown = retry.initialDelayMs * (retry.factor ?? 1) ** (attempt - 1)
      const waitMs =
        Math.min(grown, retry.maxDelayMs ?? Infinity) * (retry.jitter === true ? 0.5 + random : 1)
      const retryAtMs = Math.min(nowMs + Math.ceil(waitMs), Number.MAX_SAFE_INTEGER)
      if (retryAtMs >= atMs + deadlineMs) {
        return this.#fail({ node: id, error: tooLate(id, attempt), atMs: nowMs })
      }
      nowMs = retryAtMs
    }
  }

  #fork({ branches }: Fork, from: NonNullable<Reached>): Reached {
    const members: Array<readonly [string, string]> = []
    let lastMs = from.atMs
    let isOpen = false
    for (const [name, entry] of Object.entries(branches)) {
      const startMs = this.#world.overlap ? from.atMs : lastMs
      const end = this.region(entry, { ...from, atMs: startMs })
      if (end === null) isOpen = true
      else {
        members.push([name, end.value])
        lastMs = Math.max(lastMs, end.atMs)
      }
      if (isOpen && !this.#world.overlap) break
    }
    return isOpen ? null : { value: record(members), atMs: lastMs }
  }

  #fail(failure: Failure): null {
    this.failures.push(failure)
    return null
  }
}
