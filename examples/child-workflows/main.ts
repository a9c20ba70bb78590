// A workflow made of workflows: each is written, tried and run on its own, and used as a step, as a
// branch or as an arm of a larger one. What a child fails with and waits for is the parent's too.
import { Engine, memory, run, task, type, workflow } from "onward"

interface Order {
  readonly id: string
  readonly items: ReadonlyArray<string>
  readonly abroad: boolean
}
interface Parcel {
  readonly order: string
  readonly kg: number
}

class OutOfStock extends Error {
  readonly _tag = "OutOfStock"
}

const pick = task("pick", { errors: [OutOfStock] }, (order: Order): Parcel => {
  if (order.items.includes("unicorn")) throw new OutOfStock("no unicorns")
  return { order: order.id, kg: order.items.length }
})

const packing = workflow("packing", { input: type<Order>() }, (b) =>
  b.then(pick).step("wrap", (parcel): Parcel => ({ ...parcel, kg: parcel.kg + 0.5 }))
)

const billing = workflow("billing", { input: type<Order>() }, (b) =>
  b.step("sum", ({ items }) => items.length * 10).awaitSignal("paid", type<{ euros: number }>())
)

const customs = workflow("customs", { input: type<Parcel>() }, (b) =>
  b.step("declare", ({ kg, order }) => `${order}: ${kg} kg, declared at customs`)
)

const fulfil = workflow("fulfil", { input: type<Order>() }, (b) =>
  b
    .keep("order")
    .fork({ parcel: packing, bill: billing })
    .join("ready", ({ bill, parcel }) => {
      console.log(`  ${parcel.order}: ${bill.euros} euros are paid`)
      return parcel
    })
    .route((_, { results }) => results.order.abroad, {
      true: customs,
      false: (b) => b.step("hand-over", ({ kg, order }) => `${order}: ${kg} kg, by bicycle`)
    })
    .catch("OutOfStock", (b) => b.step("sorry", ({ message }) => `not sent: ${message}`))
)

// A child alone, without a store.
const order = { id: "order-1", items: ["tea", "cup"], abroad: false }
console.log(`packing alone: ${JSON.stringify(await run(packing, order))}`)

await using engine = await Engine.open({ store: memory(), workflows: [fulfil] })
const orders: ReadonlyArray<Order> = [
  order,
  { id: "order-2", items: ["book"], abroad: true },
  { id: "order-3", items: ["unicorn"], abroad: false }
]
for (const order of orders) {
  const started = await engine.start(fulfil, order, { id: order.id })
  if (!order.items.includes("unicorn")) {
    await started.signal("paid", { euros: order.items.length * 10 })
  }
  console.log(`  ${await started.result()}`)
}
