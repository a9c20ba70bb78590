// A second interpreter, the naive way: it recurses through the definition and carries the time along. A join hears
// of every end in the order of time, and what its losers would have called later is crossed out. What it says about
// values, calls and failures is what the transition must come to, one event after another.
import type { Definition } from "../../src/ir/Definition.ts"
import type { AwaitSignal, Catch, ForEach, Fork, Loop, Node, Route } from "../../src/ir/Node.ts"
import type { NodeId, SleepUntil, Task } from "../../src/ir/Node.ts"
import type { RetryPolicy } from "../../src/ir/RetryPolicy.ts"
import { workflowsThatRestart } from "./restarts.ts"
import type { Attempt, Expected, Indices, World } from "./calls.ts"
import { type End, type Ended, type Group, inOrder, joined, textOf } from "./joins.ts"
import type { Mark } from "./marks.ts"
import { inside, keepIn, type Scope, seenFrom } from "./scope.ts"
import { errorOf, outputOf, values } from "./texts.ts"

interface From {
  readonly value: string
  readonly atMs: number
  readonly indices: Indices
  readonly scope: Scope
}

export const once: RetryPolicy = { maxRetries: 0, initialDelayMs: 0 }

export const waitMs = (retry: RetryPolicy, attempt: number, random: number): number => {
  const grown = retry.initialDelayMs * (retry.factor ?? 1) ** (attempt - 1)
  const capped = Math.min(grown, retry.maxDelayMs ?? Infinity)
  return Math.ceil(capped * (retry.jitter === true ? 0.5 + random : 1))
}

export class Reference {
  calls: Array<Expected> = []
  marks: Array<Mark> = []
  /** Two things happened in the same millisecond, and all that follows depends on which of them was first. */
  isTied = false
  readonly #nodes: Definition["nodes"]
  readonly #restarting: ReadonlySet<NodeId | null>
  readonly #world: World

  constructor(definition: Definition, world: World) {
    this.#nodes = definition.nodes
    this.#restarting = workflowsThatRestart(definition)
    this.#world = world
  }

  run(entry: NodeId | null, value: string): End {
    return this.#workflow(null, entry, { value, atMs: 0, indices: [], scope: inside(null) })
  }

  /** A workflow, which may start over with a new input; null for the run's own. */
  #workflow(id: NodeId | null, entry: NodeId | null, from: From): End {
    if (!this.#restarting.has(id)) return this.#region(entry, { ...from, scope: inside(null) })
    let { atMs, value } = from
    for (let round = 0; ; round += 1) {
      const indices = [...from.indices, round]
      const end = this.#region(entry, { value, atMs, indices, scope: inside(null) })
      if (end?._tag !== "Again") return end
      ;({ atMs, value } = end)
      if (id === null) this.marks.push({ _tag: "Restarted", atMs })
    }
  }

  #region(id: NodeId | null, from: From): End {
    if (id === null) return { _tag: "Value", value: from.value, atMs: from.atMs }
    const node = this.#nodes[id]!
    return this.#then(this.#perform(id, node, from), from, node.next)
  }

  /** A region of a path of its own. */
  #inner(id: NodeId | null, from: From): End {
    return this.#region(id, { ...from, scope: inside(from.scope) })
  }

  /** What follows at `next`, on the value of `end`. */
  #then(end: End, from: From, next: NodeId | null): End {
    return end?._tag === "Value" ? this.#region(next, { ...from, ...end }) : end
  }

  #perform(id: NodeId, node: Node, from: From): End {
    switch (node._tag) {
      case "Task":
        return this.#task(id, node, from)
      case "Delay":
        return this.#region(null, { ...from, atMs: from.atMs + node.policy.ms })
      case "SleepUntil":
        return this.#sleep(id, node, from)
      case "AwaitSignal":
        return this.#signal(id, node, from)
      case "Fork":
        return this.#fork(id, node, from)
      case "ForEach":
        return this.#each(id, node, from)
      case "Route":
        return this.#route(id, node, from)
      case "Loop":
        return this.#loop(id, node, from)
      case "Catch":
        return this.#catch(node, from)
      case "Inline":
        return this.#workflow(id, node.body, from)
      case "Keep":
        keepIn(from.scope, id, from.value)
        return this.#region(null, from)
      case "Publish":
        return this.#publish(id, from)
      case "ContinueAs":
        return { _tag: "Again", value: from.value, atMs: from.atMs }
    }
  }

  #attempt(node: NodeId, from: From, attempt: number): Attempt {
    const { atMs, indices, value } = from
    const seen = seenFrom(from.scope)
    this.calls.push({ node, indices, attempt, value, atMs, seen, isSure: true })
    return this.#world.attempt({ node, indices }, attempt)
  }

  #publish(id: NodeId, from: From): End {
    const { fails, ms } = this.#attempt(id, from, 1)
    const atMs = from.atMs + ms
    if (fails) return { _tag: "Error", error: errorOf(id, 1), node: id, atMs }
    this.marks.push({ _tag: "Published", atMs, value: outputOf(id, from.value) })
    return this.#region(null, { ...from, atMs })
  }

  #task(id: NodeId, { policy, task, undo }: Task, from: From): End {
    const deadlineMs = policy?.deadlineMs ?? Infinity
    const retry = policy?.retry ?? once
    let atMs = from.atMs
    for (let attempt = 1; ; attempt += 1) {
      const { fails, ms, random, retryable } = this.#attempt(id, { ...from, atMs }, attempt)
      atMs += ms
      if (!fails) {
        const value = outputOf(id, from.value)
        const { indices } = from
        if (undo !== undefined) this.marks.push({ _tag: "Done", atMs, node: id, indices, value })
        return { _tag: "Value", value, atMs }
      }
      const error = errorOf(id, attempt)
      if (!retryable || attempt > retry.maxRetries) return { _tag: "Error", error, node: id, atMs }
      const retryAtMs = atMs + waitMs(retry, attempt, random)
      if (retryAtMs >= from.atMs + deadlineMs) {
        const late = { node: id, task, attempts: attempt, deadlineMs, error }
        return { _tag: "Error", error: values.deadlineExceeded(late), node: id, atMs }
      }
      atMs = retryAtMs
    }
  }

  /** Asks the function of a node. */
  #ask<A>(id: NodeId, from: From, then: (decision: unknown, atMs: number) => A): A | End {
    const node = this.#nodes[id]!
    const { fails, ms } = this.#attempt(id, from, 1)
    const atMs = from.atMs + ms
    if (fails) return { _tag: "Error", error: errorOf(id, 1), node: id, atMs }
    return then(this.#world.decide(node, { node: id, indices: from.indices }), atMs)
  }

  #sleep(id: NodeId, { at, policy }: SleepUntil, from: From): End {
    const until = (atMs: unknown, nowMs: number) =>
      this.#region(null, { ...from, atMs: Math.max(Number(atMs), nowMs) })
    return at === undefined ? until(policy?.atMs ?? 0, from.atMs) : this.#ask(id, from, until)
  }

  #signal(id: NodeId, { onTimeout, policy, signal }: AwaitSignal, from: From): End {
    if (this.#world.isSent(signal)) return this.#region(null, { ...from, value: `"${signal}"` })
    const timeoutMs = policy?.timeoutMs
    if (timeoutMs === undefined) return null
    const atMs = from.atMs + timeoutMs
    if (onTimeout !== undefined) return this.#inner(onTimeout, { ...from, atMs })
    const error = values.signalTimedOut(id, signal, timeoutMs)
    return { _tag: "Error", error, node: id, atMs }
  }

  #route(id: NodeId, { arms, on, otherwise }: Route, from: From): End {
    const take = (decision: unknown, atMs: number): End => {
      const key = String(decision)
      const arm = new Map(Object.entries(arms)).get(key)
      const entry = arm === undefined ? otherwise : arm
      if (entry !== undefined) return this.#inner(entry, { ...from, atMs })
      const error = values.routeKeyNotFound({ node: id, key, arms: Object.keys(arms) })
      return { _tag: "Error", error, node: id, atMs }
    }
    return "property" in on
      ? take(values.property(from.value, on.property), from.atMs)
      : this.#ask(id, from, take)
  }

  #loop(id: NodeId, node: Loop, from: From, round = 0): End {
    const indices = [...from.indices, round]
    const { max, onMax } = node.policy
    const end = this.#inner(node.body, { ...from, indices })
    if (end?._tag !== "Value") return end
    return this.#ask(id, { ...from, ...end, indices }, (again, atMs): End => {
      const after = { ...from, value: end.value, atMs }
      if (again !== true) return this.#region(null, after)
      if (round + 1 < max) return this.#loop(id, node, after, round + 1)
      if (onMax === "continue") return this.#region(null, after)
      return { _tag: "Error", error: values.loopLimitExceeded(id, max), node: id, atMs }
    })
  }

  #catch({ body, handlers }: Catch, from: From): End {
    const end = this.#region(body, from)
    if (end?._tag !== "Error") return end
    const table = new Map(Object.entries(handlers))
    const tag = values.tagOf(end.error) ?? ""
    const entry = table.get(table.has(tag) ? tag : "*")
    return entry === undefined ? end : this.#inner(entry, { ...from, ...end, value: end.error })
  }

  #fork(id: NodeId, { branches, join }: Fork, from: From): End {
    const names = Object.keys(branches)
    return this.#group(from, {
      count: names.length,
      concurrency: this.#world.overlap ? names.length : 1,
      perform: (index, atMs) => this.#inner(branches[names[index]!]!, { ...from, atMs }),
      join: (ended, last) => joined({ id, join, names, ended, last })
    })
  }

  #each(id: NodeId, { body, policy }: ForEach, from: From): End {
    const items = values.elements(from.value)
    const { atMs, indices } = from
    if (items === null) return { _tag: "Error", error: values.notAList(id), node: id, atMs }
    if (items.length === 0) return { _tag: "Value", value: values.list([]), atMs }
    return this.#group(from, {
      count: items.length,
      concurrency: this.#world.overlap ? policy.concurrency : 1,
      perform: (index, atMs) =>
        this.#inner(body, { ...from, atMs, value: items[index]!, indices: [...indices, index] }),
      join: (ended, { end }) => {
        if (end._tag === "Error") return end
        if (ended.length < items.length) return null
        const outputs = inOrder(ended).map(({ end }) => textOf(end))
        return { _tag: "Value", value: values.list(outputs), atMs: end.atMs }
      }
    })
  }

  #group(from: From, group: Group): End {
    const outer = this.calls
    const marks = this.marks
    const marked = new Map<Mark, number>()
    const running: Array<Ended> = []
    const ended: Array<Ended> = []
    let opened = 0
    const open = (atMs: number): void => {
      if (opened === group.count) return
      this.marks = []
      const end = group.perform(opened, atMs)
      for (const mark of this.marks) marked.set(mark, opened)
      if (end !== null) running.push({ index: opened, end })
      opened += 1
    }
    this.calls = []
    for (let slot = 0; slot < group.concurrency; slot += 1) open(from.atMs)
    let result: End = null
    while (result === null && running.length > 0) {
      running.sort((a, b) => a.end.atMs - b.end.atMs || a.index - b.index)
      const last = running.shift()!
      ended.push(last)
      result = last.end._tag === "Again" ? last.end : group.join(ended, last)
      if (result === null) open(last.end.atMs)
    }
    const endMs = result?.atMs ?? Infinity
    const isEnded = (index: number) => ended.some((member) => member.index === index)
    const tied = [...marked].some(([{ atMs }, index]) => atMs === endMs && !isEnded(index))
    if (tied || running.some(({ end }) => end.atMs === endMs)) this.isTied = true
    this.marks = [...marks, ...[...marked.keys()].filter(({ atMs }) => atMs <= endMs)]
    const made = this.calls.filter(({ atMs }) => atMs <= endMs)
    outer.push(...made.map((call) => ({ ...call, isSure: call.isSure && call.atMs < endMs })))
    this.calls = outer
    return result
  }
}
