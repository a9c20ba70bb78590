// A believable order: 40 nodes and more, every kind at depth three or deeper, written as a user would write it. Made
// anew for each test, with a log of what the outside world was asked for, by idempotency key.
import * as Data from "effect/Data"
import * as z from "zod"
import { task, type, workflow } from "../../src/index.ts"
import type { TaskContext } from "../../src/task/TaskContext.ts"

class Declined extends Data.TaggedError("Declined")<{ readonly card: string }> {}
class OutOfStock extends Data.TaggedError("OutOfStock")<{ readonly sku: string }> {}

const line = z.object({ sku: z.string().min(1), count: z.number().int().min(1) })
type Line = z.infer<typeof line>
export interface Order {
  readonly id: string
  readonly lines: ReadonlyArray<Line>
  readonly payment: "card" | "invoice"
}
export const order: Order = {
  id: "o-1",
  payment: "card",
  lines: [
    { sku: "lamp", count: 2 },
    { sku: "rare", count: 1 },
    { sku: "desk", count: 3 }
  ]
}
export const approval = type<{ readonly by: string }>()

/** What the world was asked for: keys, each once unless a crash came in between. */
export type World = Array<string>

const soon = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Tasks that log their key; `isAsync` where the way of running can wait. */
const tasksOf = (world: World, isAsync: boolean) => {
  const asked = <A>(context: TaskContext, result: () => A): A => {
    world.push(context.idempotencyKey)
    return result()
  }
  const charge = task(
    "charge",
    { errors: [Declined], retry: { maxRetries: 2, initialDelay: 1 } },
    (amount: number, context): { readonly paid: number; readonly attempt: number } =>
      asked(context, () => {
        if (amount > 1_000) throw new Declined({ card: "visa" })
        return { paid: amount, attempt: context.attempt }
      })
  )
  const reserve = task(
    "reserve",
    { errors: [OutOfStock] },
    ({ count, sku }: Line, context): number =>
      asked(context, () => {
        if (sku === "rare") throw new OutOfStock({ sku })
        return count * 10
      })
  )
  const quote = task("quote", (parcels: number, context) =>
    isAsync
      ? soon().then(() => asked(context, () => parcels * 2))
      : asked(context, () => parcels * 2)
  )
  const audit = task("audit", (n: number, context) => asked(context, () => n + 1))
  return { charge, reserve, quote, audit }
}

/** One line: stock or a substitute, packed box by box. */
const fulfilment = ({ audit, reserve }: ReturnType<typeof tasksOf>) =>
  workflow("fulfilLine", { input: line }, (b) =>
    b
      .fork({
        stock: (x) =>
          x.then(reserve).catch("OutOfStock", (y) =>
            y
              .step("substitute", ({ sku }) => ({ sku: `${sku}-2`, count: 1 }))
              .delay(1)
              .then(reserve.as("reserveSubstitute"))
          ),
        label: (x) => x.step("label", ({ sku }) => `label ${sku}`),
        boxes: (x) =>
          x
            .step("begin", ({ count }) => ({ left: count, boxes: 0 }))
            .loop(
              (y) =>
                y
                  .step("pack", ({ boxes, left }) => ({ left: left - 1, boxes: boxes + 1 }))
                  .sleepUntil(() => new Date(0)),
              { while: ({ left }) => left > 0, max: 10 }
            )
            .step("count", ({ boxes }) => boxes)
      })
      .join("line", ({ boxes, label, stock }) => ({ boxes, label, stock }))
      .step("weigh", (made) => ({ ...made, grams: made.boxes * 100 }))
      .fork({
        keep: (x) => x.step("same", (made) => made),
        audit: (x) => x.call(audit, ({ grams }) => grams)
      })
      .join("audited", ({ audit, keep }) => ({ ...keep, grams: audit }))
  )

/** Carriers compete; insurance needs two of three; what fails is told, not fatal. */
const shipping = ({ audit, quote }: ReturnType<typeof tasksOf>) =>
  workflow("ship", { input: type<number>() }, (b) =>
    b
      .fork({
        carrier: (x) =>
          x
            .fork({ fast: quote, slow: (y) => y.delay("1h").then(quote) })
            .race()
            .step("carrier", ({ branch, value }) => `${branch} ${value}`),
        price: (x) =>
          x
            .fork({
              broken: (y) =>
                y.step("offline", (): number => {
                  throw new Error("offline")
                }),
              works: (y) => y.then(quote.as("price"))
            })
            .any()
            .step("price", ({ value }) => value),
        insurers: (x) =>
          x
            .fork({
              a: quote.as("a"),
              b: (y) => y.then(audit).then(audit.as("twice")),
              never: (y) => y.delay("1h").then(audit)
            })
            .quorum(2)
            .step("insured", (won) => Object.keys(won).toSorted()),
        notices: (x) =>
          x
            .fork({
              mail: (y) => y.step("mail", () => "sent"),
              text: (y) =>
                y.step("text", (): string => {
                  throw new Error("no number")
                })
            })
            .allSettled()
            .step("told", ({ mail, text }) => [mail.ok, text.ok])
      })
      .join()
  )

const payment = ({ charge }: ReturnType<typeof tasksOf>) =>
  workflow("pay", { input: type<{ readonly amount: number; readonly way: Way }>() }, (b) =>
    b.routeOn("way", {
      card: (x) =>
        x
          .call(charge, ({ amount }) => amount)
          .catch("Declined", (y) => y.step("halve", () => 900).then(charge.as("again")))
          .step("byCard", ({ paid }) => `card ${paid}`),
      invoice: (x) => x.step("byInvoice", ({ amount }) => `invoice ${amount}`)
    })
  )

const approving = workflow("approve", { input: type<number>() }, (b) =>
  b.route((total) => (total > 500 ? "large" : "small"), {
    large: (x) =>
      x
        .awaitSignal("escalate", approval, {
          timeout: 1,
          onTimeout: (y) => y.delay(1).awaitSignal("approve", approval)
        })
        .step("approved", ({ by }) => `by ${by}`),
    small: (x) => x.step("automatic", () => "by nobody")
  })
)

const nobody = workflow("nobody", { input: type<number>() }, (b) =>
  b.step("nobody", () => "by ann")
)

/** What is made, line by line, and box by box. */
const production = (tasks: ReturnType<typeof tasksOf>) =>
  workflow("make", { input: type<Order>() }, (b) =>
    b
      .fork({
        order: (x) => x.step("order", (order) => order),
        lines: (x) => x.forEach(({ lines }) => [...lines], fulfilment(tasks), { concurrency: 2 }),
        batches: (x) =>
          x
            .forEach(
              ({ lines }) => lines.map(({ count }) => Array.from({ length: count }, () => count)),
              (y) =>
                y
                  .forEach((row) => row, tasks.audit)
                  .step("sum", (row) => row.reduce((sum, n) => sum + n, 0)),
              { concurrency: 2 }
            )
            .step("all", (sums) => sums.join("+"))
      })
      .join("made", ({ batches, lines, order }) => ({
        batches,
        lines,
        way: order.payment,
        amount: lines.reduce((sum, { grams, stock }) => sum + stock + grams, 0) * 2
      }))
  )

/** The order process. `signals` false: nobody is asked, for the ways that cannot wait for anybody. */
export const makeOrder = (
  world: World,
  { isAsync, signals }: { readonly isAsync: boolean; readonly signals: boolean }
) => {
  const tasks = tasksOf(world, isAsync)
  const make = production(tasks)
  const pay = payment(tasks)
  const ship = shipping(tasks)
  return workflow("order", { input: type<Order>() }, (b) =>
    b
      .step("open", (order) => order)
      .thenFlow(make)
      .fork({
        made: (x) => x.step("kept", (made) => made),
        paid: (x) => x.step("toPay", ({ amount, way }) => ({ amount, way })).thenFlow(pay),
        approved: (x) =>
          x.step("toApprove", ({ amount }) => amount).thenFlow(signals ? approving : nobody),
        shipped: (x) => x.step("parcels", ({ lines }) => lines.length).thenFlow(ship)
      })
      .join()
      .route(({ paid }) => paid.startsWith("card"), {
        true: (x) =>
          x
            .fork({
              late: (y) =>
                y
                  .step("check", ({ approved }): string => {
                    throw new Error(`${approved} is late`)
                  })
                  .catchAll((z) => z.step("excuse", (error) => String(error))),
              all: (y) => y.step("all", (all) => all)
            })
            .join("thanks", ({ all, late }) => ({ ...all, late })),
        false: (x) => x.step("plain", (all) => ({ ...all, late: "" }))
      })
      .delay(1)
  )
}

type Way = "card" | "invoice"
