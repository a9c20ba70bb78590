/* oxlint-disable typescript/no-explicit-any -- these programs are what the types refuse */
// What verbs refuse at once, with the place where it stands; and how long and deep a workflow may be.
import { describe, expect, it } from "vitest"
import * as z from "zod"
import { NotAFlow, NotATask } from "../../src/builder/Builder.ts"
import {
  DuplicateId,
  InvalidName,
  InvalidOption,
  NameConflict
} from "../../src/builder/CompileError.ts"
import { workflow } from "../../src/builder/Workflow.ts"
import { InvalidDefinition } from "../../src/ir/Validate.ts"
import { charge, child, nodesOf, number, type NumberFlow, same, untyped } from "./untyped.ts"

const at = (node: string, option: string) => ({ workflow: "wf", node, option })
const conflicting = workflow("conflict", { input: number }, (b) => b.awaitSignal("go", z.number()))

describe("what cannot be a workflow", () => {
  const loop = (options: object) => (b: any) => b.then(same).loop(charge, options)
  const cases: ReadonlyArray<[string, (b: any) => any, new (...args: any) => Error, object]> = [
    [
      "a loop of no rounds",
      loop({ while: () => true, max: 0 }),
      InvalidOption,
      at("same+loop", "max")
    ],
    [
      "a loop of half rounds",
      loop({ while: () => true, max: 1.5 }),
      InvalidOption,
      at("same+loop", "max")
    ],
    [
      "a loop of no number",
      loop({ while: () => true, max: "3" }),
      InvalidOption,
      at("same+loop", "max")
    ],
    ["a loop without a condition", loop({}), InvalidOption, at("same+loop", "while")],
    [
      "a loop that ends in an unknown way",
      loop({ while: () => true, onMax: "stop" }),
      InvalidOption,
      at("same+loop", "onMax")
    ],
    [
      "a loop without options",
      (b) => b.then(same).loop(charge),
      InvalidOption,
      at("same+loop", "options")
    ],
    [
      "a misspelt option of a loop",
      loop({ while: () => true, maximum: 3 }),
      InvalidOption,
      at("same+loop", "maximum")
    ],
    [
      "a misspelt option of forEach",
      (b) => b.forEach(() => [], same, { concurency: 2 }),
      InvalidOption,
      at("start+foreach", "concurency")
    ],
    [
      "a concurrency of 0",
      (b) => b.forEach(() => [], same, { concurrency: 0 }),
      InvalidOption,
      at("start+foreach", "concurrency")
    ],
    [
      "a list without a function",
      (b) => b.forEach([1], same),
      InvalidOption,
      { workflow: "wf", node: "start+items" }
    ],
    [
      "an invalid time",
      (b) => b.then(same).sleepUntil(new Date(Number.NaN)),
      InvalidOption,
      at("same+sleepuntil", "sleepUntil")
    ],
    [
      "a time as a text",
      (b) => b.sleepUntil("2030-01-01"),
      InvalidOption,
      at("start+sleepuntil", "sleepUntil")
    ],
    [
      "a route without a function",
      (b) => b.route(undefined, { a: same }),
      InvalidOption,
      at("start+route", "select")
    ],
    [
      "a bad arm name",
      (b) => b.routeOn("k", { "a b": same }),
      InvalidName,
      { node: "start+route", name: "a b" }
    ],
    ["a route without arms", (b) => b.routeOn("k", {}), InvalidDefinition, { workflow: "wf" }],
    [
      "an arm that is nothing",
      (b) => b.routeOn("k", { a: undefined }),
      NotATask,
      { place: "Region 'a'" }
    ],
    [
      "an arm of another builder",
      (b) => b.routeOn("k", { a: () => b.then(same) }),
      NotAFlow,
      { place: "Region 'a'" }
    ],
    [
      "an empty body",
      (b) => b.loop((b: any) => b, { while: () => true }),
      InvalidDefinition,
      { workflow: "wf" }
    ],
    [
      "a quorum of none",
      (b) => b.fork({ same }).quorum(0),
      InvalidOption,
      at("start+fork", "quorum")
    ],
    [
      "a quorum of more than there are",
      (b) => b.fork({ same }).quorum(2),
      InvalidDefinition,
      { workflow: "wf" }
    ],
    [
      "a misspelt option of a signal",
      (b) => b.awaitSignal("go", number, { timeuot: "1d" }),
      InvalidOption,
      at("go", "timeuot")
    ],
    [
      "an id from inside a catch",
      (b) => b.then(same).catchAll(charge).then(same),
      DuplicateId,
      { node: "same", id: "same" }
    ],
    [
      "an id from outside, in a handler",
      (b) => b.then(same).catchAll(same),
      DuplicateId,
      { node: "same+catch/*/same" }
    ],
    [
      "an id from outside, in a body",
      (b) => b.then(same).loop(same, { while: () => true }),
      DuplicateId,
      { node: "same+loop/body/same" }
    ],
    [
      "a child used twice",
      (b) => b.thenFlow(child).thenFlow(child),
      DuplicateId,
      { node: "child", id: "child" }
    ],
    [
      "a child called like a step",
      (b) => b.step("child", () => 1).thenFlow(child),
      DuplicateId,
      { node: "child" }
    ],
    [
      "a child that awaits a signal by another schema",
      (b) => b.thenFlow(child).thenFlow(conflicting),
      NameConflict,
      { node: "conflict", kind: "signal", name: "go" }
    ],
    ["a task as a child", (b) => b.thenFlow(same), NotATask, { place: "Trunk" }],
    ["a child as a task", (b) => b.then(child), NotATask, { place: "Trunk" }]
  ]
  it.each(cases)("is refused at once: %s", (_name, build, error, fields) => {
    let thrown: unknown
    try {
      untyped(build)
    } catch (cause) {
      thrown = cause
    }
    expect(thrown).toBeInstanceOf(error)
    expect(thrown).toMatchObject(fields)
  })
})

describe("length and depth", () => {
  it("of 10,000 steps in 10 catches cost no call stack", () => {
    const nodes = nodesOf((b) => {
      for (let i = 0; i < 10_000; i++) {
        b = b.then(same.as(`n${i}`))
        if (i % 1_000 === 999) b = b.catch("Declined", (b: any) => b.delay(1))
      }
      return b
    })
    expect(Object.keys(nodes)).toHaveLength(10_000 + 10 + 10)
  })

  it("of 500 forks and catches in each other cost no call stack of the compiler", () => {
    // The callbacks of an author nest on the stack that the author has: 50 at a time, in 10 workflows.
    const nest =
      (depth: number, inner: unknown) =>
      (b: any): any =>
        depth === 0 ? b.fork({ inner }).join() : b.fork({ x: nest(depth - 1, inner) }).join()
    let wf: { readonly definition: { readonly nodes: object } } = child
    for (let i = 0; i < 10; i++) {
      const build = nest(49, wf)
      const caught = (b: any): any => build(b).catchAll((b: any) => b.delay(1))
      wf = workflow(`w${i}`, { input: number }, caught as (b: NumberFlow) => NumberFlow)
    }
    // Each workflow: its forks, its catch with a handler, and the workflow inside.
    expect(Object.keys(wf.definition.nodes)).toHaveLength(10 * (50 + 2 + 1) + 2)
  })
})
