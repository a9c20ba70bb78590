// Every kind of node as a piece that takes a number and gives a number, with a place inside it for another piece.
// What runs in it is counted by its idempotency key, so that a test can say what ran once and what twice.
import * as Data from "effect/Data"
import type { AnyFlow, Sub } from "../../src/builder/Flow.ts"
import type { Workflow } from "../../src/builder/Workflow.ts"
import { task, type, workflow } from "../../src/index.ts"
import type { TaskContext } from "../../src/task/TaskContext.ts"

/** A flow that carries a number. */
export type Numbers = Sub<number, number, never>
export type Piece = (b: Numbers) => Numbers

/** A workflow of whatever errors and signals, from number to number. */
export type Numeric = Workflow<string, number, number, unknown, never, unknown>

/** Keeps ids apart: a piece may stand inside another of its own kind. */
type Place = "outer" | "inner"

export class Refused extends Data.TaggedError("Refused")<{ readonly n: number }> {}

/** Calls of the engine that is alive now: idempotency keys with their node, in order. */
export const calls: Array<{ readonly key: string; readonly node: string }> = []

const count = ({ idempotencyKey, node }: TaskContext): void => {
  calls.push({ key: idempotencyKey, node })
}

export const input = type<number>()

/** Sound for a piece: errors, signals and ids are of no interest here, and the value is a number. */
export const numbers = (flow: AnyFlow & { readonly "~flow": { readonly out: number } }): Numbers =>
  flow as unknown as Numbers

export const add = task("add", (n: number, context) => {
  count(context)
  return n + 1
})

const later = task("later", async (n: number, context) => {
  count(context)
  await new Promise((resolve) => setImmediate(resolve))
  return n + 2
})

const refuse = task(
  "refuse",
  { errors: [Refused] },
  async (n: number, context): Promise<number> => {
    count(context)
    await new Promise((resolve) => setImmediate(resolve))
    throw new Refused({ n })
  }
)

/** Ends by interruption alone; so it may run again after a crash, and is not counted. */
const hang = task(
  "hang",
  (_: number, { signal }) =>
    new Promise<number>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("interrupted")))
    })
)

/** Branches that lose: one is parked, one runs. */
const losers = {
  parked: (x: Numbers) => numbers(x.awaitSignal("never", input)),
  timed: (x: Numbers) => numbers(x.delay("1h")),
  runs: hang
}

export interface Kind {
  readonly build: (place: Place, inside: Piece) => Piece
  /** How often what stands inside runs. */
  readonly times?: number
  /** Signals that the kind itself takes. */
  readonly signals?: number
}

const first: Kind["build"] = (place, inside) => (x) =>
  inside(numbers(x.then(add.as(`${place}Before`))))

export const kinds: Readonly<Record<string, Kind>> = {
  task: { build: first },
  "async task": {
    build: (place, inside) => (x) => numbers(inside(numbers(x.then(later.as(`${place}Task`)))))
  },
  step: {
    build: (place, inside) => (x) =>
      inside(
        numbers(
          x.step(`${place}Step`, (n, context) => {
            count(context)
            return n + 3
          })
        )
      )
  },
  call: {
    build: (place, inside) => (x) => inside(numbers(x.call(add.as(`${place}Call`), (n) => n * 2)))
  },
  "fork, all": {
    build: (place, inside) => (x) =>
      numbers(
        x
          .fork({ inside, beside: later, more: add })
          .join(`${place}Sum`, ({ beside, inside, more }) => inside + beside + more)
      )
  },
  "fork, any": {
    build: (place, inside) => (x) =>
      numbers(
        x
          .fork({ fails: refuse, ...losers, inside })
          .any()
          .step(`${place}Won`, ({ branch, value }) => value + branch.length)
      )
  },
  "fork, race": {
    build: (place, inside) => (x) =>
      numbers(
        x
          .fork({ inside, ...losers })
          .race()
          .step(`${place}Won`, ({ branch, value }) => value + branch.length)
      )
  },
  "fork, settled": {
    build: (place, inside) => (x) =>
      numbers(
        x
          .fork({ inside, fails: refuse, works: later })
          .allSettled()
          .step(`${place}Settled`, ({ fails, inside, works }) => {
            if (!inside.ok || !works.ok || fails.ok) throw new Error("settled otherwise")
            return inside.value + works.value + (fails.error as Refused).n
          })
      )
  },
  "fork, quorum": {
    build: (place, inside) => (x) =>
      numbers(
        x
          .fork({ fails: refuse, inside, works: later, ...losers })
          .quorum(2)
          .step(`${place}Quorum`, ({ inside = 0, works = 0 }) => inside + works)
      )
  },
  route: {
    build: (place, inside) => (x) =>
      numbers(
        x
          .route((n) => (n < 1_000_000 ? "low" : "high"), { low: inside, "*": later })
          .then(add.as(`${place}Routed`))
      )
  },
  routeOn: {
    build: (place, inside) => (x) =>
      numbers(
        x
          .step(`${place}Kind`, (n): One | Two => ({ kind: "one", n }))
          .routeOn("kind", {
            one: (y) => inside(numbers(y.step(`${place}Unpack`, ({ n }) => n))),
            two: (y) => y.step(`${place}Words`, ({ text }) => text.length)
          })
      )
  },
  loop: {
    times: 2,
    build: (_, inside) => (x) =>
      numbers(x.loop(inside, { while: () => true, max: 2, onMax: "continue" }))
  },
  forEach: {
    times: 3,
    build: (place, inside) => (x) =>
      numbers(
        x
          .forEach((n): ReadonlyArray<number> => [n, n + 10, n + 100], inside, { concurrency: 2 })
          .step(`${place}Total`, (all) => all.reduce((sum, n) => sum * 2 + n, 0))
      )
  },
  thenFlow: {
    build: (place, inside) => (x) =>
      numbers(
        x.thenFlow(workflow(`${place}Child`, { input }, inside)).then(add.as(`${place}After`))
      )
  },
  "catch, body": {
    build: (place, inside) => (x) =>
      numbers(
        inside(x)
          .step(`${place}Fail`, fail, { errors: [Refused] })
          .catch("Refused", (y) => y.step(`${place}Caught`, ({ n }) => n + 5))
      )
  },
  "catch, handler": {
    build: (place, inside) => (x) =>
      numbers(
        x
          .then(refuse.as(`${place}Refuse`))
          .catch("Refused", (y) => inside(numbers(y.step(`${place}Caught`, ({ n }) => n + 5))))
      )
  },
  catchAll: {
    build: (place, inside) => (x) =>
      numbers(
        inside(x)
          .fork({ fails: refuse, ...losers })
          .join(`${place}Never`, () => 0)
          .catchAll((y) => y.step(`${place}Any`, (error) => (error as Refused).n))
      )
  },
  delay: { build: (_, inside) => (x) => inside(numbers(x.delay(1))) },
  sleepUntil: {
    build: (_, inside) => (x) => inside(numbers(x.sleepUntil(() => new Date(Date.now() + 1))))
  },
  awaitSignal: {
    signals: 1,
    build: (place, inside) => (x) =>
      inside(numbers(x.awaitSignal("go", input, { as: `${place}Go` })))
  },
  "awaitSignal, timeout": {
    build: (place, inside) => (x) =>
      numbers(x.awaitSignal("never", input, { as: `${place}Late`, timeout: 1, onTimeout: inside }))
  }
}

interface One {
  readonly kind: "one"
  readonly n: number
}
interface Two {
  readonly kind: "two"
  readonly text: string
}

const fail = (n: number, context: TaskContext): number => {
  count(context)
  throw new Refused({ n })
}

export interface Pair {
  readonly workflow: Numeric
  readonly signals: number
}

/** A workflow with `inner` inside `outer`, and a task inside that. */
export const pair = (outer: string, inner: string): Pair => {
  const { build, signals = 0, times = 1 } = kinds[outer]!
  const inside = kinds[inner]!
  const leaf: Piece = (x) => numbers(x.then(later.as("leaf")))
  return {
    workflow: workflow("pair", { input }, build("outer", inside.build("inner", leaf))),
    signals: signals + times * (inside.signals ?? 0)
  }
}

/** A workflow with `inside` inside `outer`, and a task behind it. */
export const around = (outer: string, inside: Piece): Numeric =>
  workflow("around", { input }, (b) => {
    const built = kinds[outer]!.build("outer", inside)(b)
    return built.then(add.as("end"))
  })
