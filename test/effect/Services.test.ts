// Wherever a workflow calls a task, the task has the services: of the caller's fiber in process, of the layer on an
// engine.
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Engine, run } from "../../src/effect/index.ts"
import { type Workflow, workflow } from "../../src/index.ts"
import { stores } from "../engine/ways.ts"
import {
  charge,
  Declined,
  mail,
  type Mailer,
  order,
  refund,
  services,
  type Stripe
} from "./shop.ts"

type Shopping = Workflow<
  string,
  { readonly id: string; readonly cents: number },
  unknown,
  unknown,
  Stripe | Mailer
>

interface Way {
  readonly name: string
  /** The whole run, whatever comes of it. */
  readonly run: (workflow: Shopping) => Effect.Effect<unknown, unknown, Stripe | Mailer>
}

const lamp = { id: "lamp", cents: 1 }

const ways: ReadonlyArray<Way> = [
  { name: "run", run: (workflow) => run(workflow, lamp) },
  ...stores.map(({ make, name }): Way => ({
    name: `engine on ${name}`,
    run: (workflow) => {
      const layer = Engine.layer({ store: make(), workflows: [workflow] })
      return Effect.gen(function* () {
        const engine = yield* Engine
        const handle = yield* engine.start(workflow, lamp)
        return yield* handle.result
      }).pipe(Effect.provide(layer))
    }
  }))
]

const shapes: Record<string, readonly [workflow: Shopping, log: ReadonlyArray<string>]> = {
  "a branch in a branch": [
    workflow("branches", { input: order }, (b) =>
      b
        .then(charge)
        .fork({ outer: (b) => b.fork({ inner: mail }).join() })
        .join()
    ),
    ["charge lamp", "mail lamp:1"]
  ],
  "an arm": [
    workflow("arms", { input: order }, (b) =>
      b.then(charge).route((text) => text.length > 0, { true: mail, false: (b) => b.delay(1) })
    ),
    ["charge lamp", "mail lamp:1"]
  ],
  "a loop": [
    workflow("rounds", { input: order }, (b) =>
      b
        .then(charge)
        .then(mail)
        .loop((b) => b.call(mail.as("round"), (n) => `round ${n}`), { while: (n) => n < 4 })
    ),
    ["charge lamp", "mail lamp:1", "mail round 2", "mail round 3"]
  ],
  "an element": [
    workflow("elements", { input: order }, (b) =>
      b.then(charge).forEach((text) => text.split(":"), mail, { concurrency: 1 })
    ),
    ["charge lamp", "mail lamp", "mail 1"]
  ],
  "a handler": [
    workflow("handlers", { input: order }, (b) =>
      b
        .call(charge, ({ id }) => ({ id, cents: 0 }))
        .catch("Declined", (b) => b.call(mail, (error) => `declined ${error.order}`))
    ),
    ["charge lamp", "mail declined lamp"]
  ],
  "what undoes another": [
    workflow("undoing", { input: order }, (b) =>
      b
        .then(charge)
        .compensate(refund)
        .then(mail)
        .step("fail", (): Effect.Effect<number, Declined> =>
          Effect.fail(new Declined({ order: "late" }))
        )
    ),
    ["charge lamp", "mail lamp:1", "refund lamp:1"]
  ]
}

describe.each(ways)("in $name", (way) => {
  it.effect.each(Object.entries(shapes))("%s has the services", ([, [workflow, expected]]) => {
    const log: Array<string> = []
    return Effect.gen(function* () {
      yield* Effect.exit(way.run(workflow))
      expect(log).toEqual(expected)
    }).pipe(Effect.provide(services(log)))
  })
})
