// What the builder infers, pinned by equality. Each line fails to compile when a type drifts.
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import { describe, expectTypeOf, it } from "vitest"
import * as z from "zod"
import {
  type Failure,
  type Input,
  type Output,
  type Payload,
  type Requirements,
  type Runnable,
  type SignalName,
  type Workflow,
  workflow
} from "../../src/builder/Workflow.ts"
import type { SignalTimedOut, TaskTimedOut } from "../../src/task/Failure.ts"
import type { Signal } from "../../src/builder/Flow.ts"
import { type } from "../../src/task/StandardSchema.ts"
import { type Task, task } from "../../src/task/Task.ts"

interface Order {
  readonly id: string
  readonly total: number
}
interface Receipt {
  readonly receipt: string
}
class Declined extends Data.TaggedError("Declined")<{ readonly order: string }> {}
class NoStock extends Data.TaggedError("NoStock")<{}> {}
interface Stripe {
  readonly key: "Stripe"
}
declare const paid: (order: Order) => Effect.Effect<Receipt, Declined, Stripe>

const charge = task("charge", paid)
const pack = task("pack", { errors: [NoStock], timeout: "30s" }, async (r: Receipt) => ({
  box: r.receipt.length
}))
const label = task("label", (r: Receipt) => ({ text: r.receipt }))
const order = type<Order>()

describe("types of tasks", () => {
  it("come from the function and its options", () => {
    expectTypeOf(charge).toEqualTypeOf<Task<"charge", Order, Receipt, Declined, Stripe>>()
    expectTypeOf(pack).toEqualTypeOf<
      Task<"pack", Receipt, { box: number }, NoStock | TaskTimedOut, never>
    >()
    expectTypeOf(label.as("again")).toEqualTypeOf<Task<"again", Receipt, { text: string }>>()
  })
  it("come from the schemas where they are given", () => {
    const count = task(
      "count",
      { input: z.object({ n: z.coerce.number<string>() }), output: z.object({ n: z.number() }) },
      ({ n }) => ({ n })
    )
    expectTypeOf(count).toEqualTypeOf<Task<"count", { n: string }, { n: number }>>()
  })
})

describe("types of workflows", () => {
  it("follow the chain through tasks, steps, calls, delays and signals", () => {
    const wf = workflow("order", { input: order }, (b) =>
      b
        .then(charge)
        .delay("1h")
        .step("sum", (r) => ({ length: r.receipt.length }))
        .call(pack, ({ length }) => ({ receipt: String(length) }))
        .awaitSignal("go", type<{ ok: boolean }>(), { timeout: "1d" })
    )
    expectTypeOf(wf).toEqualTypeOf<
      Workflow<
        "order",
        Order,
        { ok: boolean },
        Declined | NoStock | TaskTimedOut | SignalTimedOut,
        Stripe,
        Signal<"go", { ok: boolean }>
      >
    >()
    expectTypeOf<Input<typeof wf>>().toEqualTypeOf<Order>()
    expectTypeOf<Output<typeof wf>>().toEqualTypeOf<{ ok: boolean }>()
    expectTypeOf<Failure<typeof wf>>().toEqualTypeOf<
      Declined | NoStock | TaskTimedOut | SignalTimedOut
    >()
    expectTypeOf<Requirements<typeof wf>>().toEqualTypeOf<Stripe>()
    expectTypeOf<SignalName<typeof wf>>().toEqualTypeOf<"go">()
    expectTypeOf<Payload<typeof wf, "go">>().toEqualTypeOf<{ ok: boolean }>()
    expectTypeOf<
      Runnable<typeof wf>
    >().toEqualTypeOf<"Workflow 'order' requires 'Stripe': run it with onward/effect">()
  })

  it("name the branches of forks at every depth", () => {
    const wf = workflow("deep", { input: type<Receipt>() }, (b) =>
      b
        .fork({
          outer: (b) => b.fork({ inner: (b) => b.fork({ label, pack }).join(), label }).join(),
          wait: (b) => b.awaitSignal("go", z.object({ n: z.coerce.number<string>() }))
        })
        .join()
    )
    expectTypeOf<Output<typeof wf>["outer"]["inner"]["label"]>().toEqualTypeOf<{ text: string }>()
    expectTypeOf<Output<typeof wf>["wait"]>().toEqualTypeOf<{ n: number }>()
    expectTypeOf<Payload<typeof wf, "go">>().toEqualTypeOf<{ n: string }>()
    expectTypeOf<Failure<typeof wf>>().toEqualTypeOf<NoStock | TaskTimedOut>()
    expectTypeOf<Runnable<typeof wf>>().toEqualTypeOf<typeof wf>()
  })

  it("take what a timeout does into the value, and its error out", () => {
    const wf = workflow("wait", { input: order }, (b) =>
      b.awaitSignal("go", type<number>(), { timeout: "1d", onTimeout: (b) => b.then(charge) })
    )
    expectTypeOf<Output<typeof wf>>().toEqualTypeOf<number | Receipt>()
    expectTypeOf<Failure<typeof wf>>().toEqualTypeOf<Declined>()
  })
})
