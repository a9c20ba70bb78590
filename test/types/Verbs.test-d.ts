// What each verb that branches, repeats or handles infers, alone and inside the others. Pinned by equality.
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import { describe, expectTypeOf, it } from "vitest"
import type { Flow, Signal } from "../../src/builder/Flow.ts"
import { workflow } from "../../src/builder/Workflow.ts"
import type { LoopLimitExceeded } from "../../src/task/Failure.ts"
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
interface Card {
  readonly _tag: "Card"
  readonly number: string
}
interface Iban {
  readonly _tag: "Iban"
  readonly iban: string
}
interface Cash {
  readonly _tag: "Cash"
}
type Payment = Card | Iban | Cash

class Declined extends Data.TaggedError("Declined")<{ readonly order: string }> {}
class NoStock extends Data.TaggedError("NoStock")<{}> {}
interface Stripe {
  readonly key: "Stripe"
}
interface Mailer {
  readonly key: "Mailer"
}
declare const paid: (order: Order) => Effect.Effect<Receipt, Declined | NoStock, Stripe>
declare const mailed: (error: Declined) => Effect.Effect<boolean, never, Mailer>
declare const f: Flow<Order, Order, never, never, never, never>
type Shared = { k: "a" | "b"; x: 1 } | { k: "b"; y: 2 } | { k: "c" }
declare const shared: Flow<Order, Shared, never, never, never, never>
declare const payment: Flow<Order, Payment, Declined, never, never, never>

const charge = task("charge", paid)
const apologize = task("apologize", mailed)
const same = task("same", (o: Order) => o)
const text = task("text", (n: number) => String(n))
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

describe("route", () => {
  it("takes a task, a callback and a workflow as arms, and joins what they give", () => {
    expectTypeOf(
      f.route((o) => o.tier, { gold: charge, silver: (b) => b.step("n", (o) => o.total) })
    ).toEqualTypeOf<Made<Receipt | number, Declined | NoStock, Stripe>>()
    expectTypeOf(f.route((o) => o.tier, { gold: child, silver: same })).toEqualTypeOf<
      Made<{ ok: boolean } | Order, Declined | NoStock, Stripe, Checked>
    >()
  })

  it("has an arm for each text, number or truth that the function may give", () => {
    expectTypeOf(f.route((o) => o.total > 9, { true: charge, false: same })).toEqualTypeOf<
      Made<Receipt | Order, Declined | NoStock, Stripe>
    >()
    expectTypeOf(
      f.route(async (o) => o.size, { 1: same, 2: (b) => b.step("n", (o) => o.total) })
    ).toEqualTypeOf<Made<Order | number>>()
    expectTypeOf(
      f.route((o) => (o.total > 9 ? "big" : o.rush), { big: same, true: same, false: same })
    ).toEqualTypeOf<Made<Order>>()
  })

  it("needs no arm for each key beside the arm of the others", () => {
    expectTypeOf(f.route((o) => o.id, { a: charge, "*": same })).toEqualTypeOf<
      Made<Receipt | Order, Declined | NoStock, Stripe>
    >()
    expectTypeOf(f.route((o) => o.total, { 7: same, "*": (b) => b.delay("1s") })).toEqualTypeOf<
      Made<Order>
    >()
    expectTypeOf(f.route((o) => o.tier, { "*": same })).toEqualTypeOf<Made<Order>>()
  })
})

describe("routeOn", () => {
  it("narrows each arm to the members of its key, and the arm of the others to none", () => {
    payment.routeOn("_tag", {
      Card: (b) => {
        expectTypeOf(b).toEqualTypeOf<Flow<Order, Card, never, never, never, never>>()
        return b.step("card", ({ number }) => number)
      },
      Iban: (b) => b.step("iban", ({ iban }) => iban),
      "*": (b) => {
        expectTypeOf(b).toEqualTypeOf<Flow<Order, Payment, never, never, never, never>>()
        return b
      }
    })
  })

  it("takes tasks of their members", () => {
    const card = task("card", (c: Card) => c.number.length)
    const any = task("any", (p: Payment) => p._tag)
    expectTypeOf(
      payment.routeOn("_tag", { Card: card, Iban: any, Cash: (b) => b.step("cash", () => null) })
    ).toEqualTypeOf<Made<number | Payment["_tag"] | null, Declined>>()
  })

  it("routes on truths, numbers and texts", () => {
    expectTypeOf(f.routeOn("rush", { true: charge, false: child })).toEqualTypeOf<
      Made<Receipt | { ok: boolean }, Declined | NoStock, Stripe, Checked>
    >()
    expectTypeOf(f.routeOn("size", { 1: same, 2: same })).toEqualTypeOf<Made<Order>>()
    f.routeOn("size", {
      1: (b) =>
        b.step("one", (o) => {
          expectTypeOf(o.size).toEqualTypeOf<1>()
          return o.size
        }),
      2: same
    })
    f.routeOn("rush", {
      true: (b) =>
        b.step("yes", (o) => {
          expectTypeOf(o.rush).toEqualTypeOf<true>()
          return o.total
        }),
      false: same
    })
    expectTypeOf(f.routeOn("tier", { gold: same, "*": same })).toEqualTypeOf<Made<Order>>()
  })

  it("gives an arm every member that shares its key", () => {
    const routed = shared.routeOn("k", {
      a: (b) => b.step("a", ({ x }) => x),
      b: (b) => b.step("b", (v) => ("x" in v ? v.x : v.y)),
      c: (b) => b.step("c", ({ k }) => k)
    })
    expectTypeOf(routed).toEqualTypeOf<Made<1 | 2 | "c">>()
  })
})

describe("loop", () => {
  it("gives what it takes, and fails at its limit unless told to go on", () => {
    expectTypeOf(f.loop((b) => b.then(same), { while: (o) => o.rush })).toEqualTypeOf<
      Made<Order, LoopLimitExceeded>
    >()
    expectTypeOf(f.loop(same, { while: async (o) => o.rush, max: 3, onMax: "fail" })).toEqualTypeOf<
      Made<Order, LoopLimitExceeded>
    >()
    expectTypeOf(
      f.loop((b) => b.delay("1s").then(same), { while: (o) => o.rush, max: 3, onMax: "continue" })
    ).toEqualTypeOf<Made<Order>>()
  })

  it("takes a workflow as its body, and brings its errors, services and signals", () => {
    const round = workflow("round", { input: type<Order>() }, (b) =>
      b.then(charge).awaitSignal("again", type<Order>())
    )
    expectTypeOf(f.loop(round, { while: (o) => o.rush, onMax: "continue" })).toEqualTypeOf<
      Made<Order, Declined | NoStock, Stripe, Signal<"again", Order>>
    >()
  })

  it("takes a body that gives a part of what it takes", () => {
    expectTypeOf(
      payment.loop((b) => b.step("cash", (): Cash => ({ _tag: "Cash" })), { while: () => true })
    ).toEqualTypeOf<Made<Payment, Declined | LoopLimitExceeded>>()
  })
})

describe("forEach", () => {
  it("runs a task, a callback or a workflow on each element", () => {
    expectTypeOf(f.forEach((o) => [o.total], text)).toEqualTypeOf<Made<Array<string>>>()
    expectTypeOf(
      f.forEach(
        async (o) => [o.total],
        (b) => b.step("n", (n) => n > 1),
        { concurrency: 2 }
      )
    ).toEqualTypeOf<Made<Array<boolean>>>()
    expectTypeOf(f.forEach((o): ReadonlyArray<Order> => [o], child)).toEqualTypeOf<
      Made<Array<{ ok: boolean }>, Declined | NoStock, Stripe, Checked>
    >()
    expectTypeOf(
      f.forEach(
        (o) => [[o.id, o.total] as const],
        (b) => b.step("n", ([id, n]) => id + n)
      )
    ).toEqualTypeOf<Made<Array<string>>>()
  })
})

describe("catch", () => {
  const charged = f.then(charge)

  it("takes the error of its tag out, and gives it to a task or a callback", () => {
    expectTypeOf(charged.catch("Declined", apologize)).toEqualTypeOf<
      Made<Receipt | boolean, NoStock, Stripe | Mailer, never, "charge">
    >()
    const caught = charged.catch("NoStock", (b) => {
      expectTypeOf(b).toEqualTypeOf<Flow<Order, NoStock, never, never, never, "charge">>()
      return b.awaitSignal("restocked", type<number>())
    })
    expectTypeOf(caught).toEqualTypeOf<
      Made<Receipt | number, Declined, Stripe, Signal<"restocked", number>, "charge">
    >()
    expectTypeOf(
      caught.catch("Declined", (b) => b.step("order", ({ order }) => order))
    ).toEqualTypeOf<
      Made<Receipt | number | string, never, Stripe, Signal<"restocked", number>, "charge">
    >()
  })

  it("joins what its handler fails with", () => {
    const retry = workflow("sorry", { input: type<Declined>() }, (b) =>
      b.step("again", async () => 1, { errors: [NoStock] })
    )
    expectTypeOf(
      charged.catch("NoStock", (b) => b.delay("1s")).catch("Declined", retry)
    ).toEqualTypeOf<Made<Receipt | NoStock | number, NoStock, Stripe, never, "charge">>()
  })

  it("of all leaves no error, and hands over whatever was thrown", () => {
    expectTypeOf(charged.catchAll((b) => b.step("text", (error) => String(error)))).toEqualTypeOf<
      Made<Receipt | string, never, Stripe, never, "charge">
    >()
    const failing = task("failing", { errors: [NoStock] }, (_: unknown) => null)
    expectTypeOf(charged.catchAll(failing)).toEqualTypeOf<
      Made<Receipt | null, NoStock, Stripe, never, "charge">
    >()
  })

  it("takes the limit of a loop out", () => {
    expectTypeOf(
      f
        .loop(same, { while: (o) => o.rush, max: 2 })
        .catch("LoopLimitExceeded", (b) => b.step("max", ({ max }) => max))
    ).toEqualTypeOf<Made<Order | number>>()
  })
})
