// What joins infer, and verbs inside each other: values, errors, services and signals come out. Pinned by equality.
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import { describe, expectTypeOf, it } from "vitest"
import * as z from "zod"
import type { Flow, Signal } from "../../src/builder/Flow.ts"
import type { Settled } from "../../src/builder/Fork.ts"
import {
  type Failure,
  type Payload,
  type SignalName,
  type Workflow,
  workflow
} from "../../src/builder/Workflow.ts"
import type { LoopLimitExceeded, TooFewBranches } from "../../src/task/Failure.ts"
import { type } from "../../src/task/StandardSchema.ts"
import { task } from "../../src/task/Task.ts"

interface Order {
  readonly id: string
  readonly total: number
  readonly size: 1 | 2
  readonly tier: "gold" | "silver"
  readonly rush: boolean
}
interface Receipt {
  readonly receipt: string
}

class Declined extends Data.TaggedError("Declined")<{ readonly order: string }> {}
class NoStock extends Data.TaggedError("NoStock")<{}> {}
interface Stripe {
  readonly key: "Stripe"
}
declare const paid: (order: Order) => Effect.Effect<Receipt, Declined | NoStock, Stripe>
declare const f: Flow<Order, Order, never, never, never, never>

const charge = task("charge", paid)
const same = task("same", (o: Order) => o)
const child = workflow("child", { input: type<Order>() }, (b) =>
  b.then(charge).awaitSignal("checked", type<{ ok: boolean }>())
)

type Made<Cur, E = never, R = never, Sig = never, Steps = never> = Flow<
  Order,
  Cur,
  E,
  R,
  Sig,
  Steps
>
type Checked = Signal<"checked", { ok: boolean }>

describe("joins", () => {
  const forked = f.fork({ charge, child, id: (b) => b.step("id", (o) => o.id) })
  type Winner =
    | { readonly branch: "charge"; readonly value: Receipt }
    | { readonly branch: "child"; readonly value: { ok: boolean } }
    | { readonly branch: "id"; readonly value: string }

  it("any tells who won, and fails when too few are left", () => {
    expectTypeOf(forked.any()).toEqualTypeOf<Made<Winner, TooFewBranches, Stripe, Checked>>()
  })
  it("race fails with the first that fails", () => {
    expectTypeOf(forked.race()).toEqualTypeOf<Made<Winner, Declined | NoStock, Stripe, Checked>>()
  })
  it("allSettled moves errors into the value", () => {
    expectTypeOf(forked.allSettled()).toEqualTypeOf<
      Made<
        {
          readonly charge: Settled<Receipt, Declined | NoStock>
          readonly child: Settled<{ ok: boolean }, Declined | NoStock>
          readonly id: Settled<string, never>
        },
        never,
        Stripe,
        Checked
      >
    >()
  })
  it("quorum gives what there is", () => {
    expectTypeOf(forked.quorum(2)).toEqualTypeOf<
      Made<
        {
          readonly charge?: Receipt
          readonly child?: { ok: boolean }
          readonly id?: string
        },
        TooFewBranches,
        Stripe,
        Checked
      >
    >()
  })
})

describe("thenFlow and sleepUntil", () => {
  it("continue with the child's output, and remember its name", () => {
    expectTypeOf(
      f
        .sleepUntil(new Date(0))
        .sleepUntil(async (o) => new Date(o.total))
        .thenFlow(child)
    ).toEqualTypeOf<Made<{ ok: boolean }, Declined | NoStock, Stripe, Checked, "child">>()
  })
})

describe("nested in each other", () => {
  it("verbs bring values, errors, services and signals to the outside", () => {
    const wf = workflow("nested", { input: type<{ orders: Array<Order> }>() }, (b) =>
      b
        .forEach(
          ({ orders }) => orders,
          (b) =>
            b.loop(
              (b) =>
                b
                  .route((o) => o.tier, {
                    gold: (b) =>
                      b
                        .fork({
                          paid: (b) => b.then(charge).catch("NoStock", (b) => b.delay("1s")),
                          checked: child,
                          asked: (b) =>
                            b.awaitSignal("go", z.object({ n: z.coerce.number<string>() }))
                        })
                        .join("o", ({ asked }): Order => ({ ...gold, total: asked.n })),
                    silver: same
                  })
                  .catch("Declined", (b) => b.awaitSignal("retry", type<Order>())),
              { while: (o) => o.rush, max: 5 }
            )
        )
        .step("count", (orders) => orders.length)
    )
    expectTypeOf(wf).toEqualTypeOf<
      Workflow<
        "nested",
        { orders: Array<Order> },
        number,
        NoStock | LoopLimitExceeded,
        Stripe,
        Checked | Signal<"go", { n: string }> | Signal<"retry", Order>
      >
    >()
    expectTypeOf<SignalName<typeof wf>>().toEqualTypeOf<"checked" | "go" | "retry">()
    expectTypeOf<Payload<typeof wf, "go">>().toEqualTypeOf<{ n: string }>()
  })

  it("workflows of workflows bring theirs", () => {
    const outer = workflow("outer", { input: type<Order>() }, (b) =>
      b.routeOn("rush", {
        true: (b) => b.fork({ a: child, b: child }).any(),
        false: (b) => b.thenFlow(child)
      })
    )
    const wf = workflow("outermost", { input: type<Order>() }, (b) =>
      b.fork({ outer, late: (b) => b.sleepUntil(new Date(0)).then(charge) }).allSettled()
    )
    expectTypeOf<Failure<typeof outer>>().toEqualTypeOf<Declined | NoStock | TooFewBranches>()
    expectTypeOf<Failure<typeof wf>>().toEqualTypeOf<never>()
    expectTypeOf<SignalName<typeof wf>>().toEqualTypeOf<"checked">()
  })
})

declare const gold: Order
