// An order as a saga: what reserves and charges says how it is undone. The courier has no van left, so the run fails,
// and what was done is undone, the last first. Runs on memory, or on the SQLite file that it is given:
//   node --conditions=onward-source examples/saga/main.ts [orders.db]
import { Engine, memory, sqlite, task, type, workflow } from "onward"

interface Order {
  readonly sku: string
  readonly pieces: number
  readonly cents: number
}

interface Reserved extends Order {
  readonly shelf: string
}

interface Charged extends Reserved {
  readonly receipt: string
}

class NoCourier extends Error {
  readonly _tag = "NoCourier"
}

const say = (text: string): void => console.log(`- ${text}`)

const reserveStock = task("reserve-stock", (order: Order): Reserved => {
  say(`${order.pieces} ${order.sku}s reserved on shelf B7`)
  return { ...order, shelf: "B7" }
})

const releaseStock = task("release-stock", ({ pieces, shelf, sku }: Reserved) =>
  say(`${pieces} ${sku}s released from shelf ${shelf}`)
)

// The bank takes each key once: a call that is made again after a crash charges nobody twice.
const chargeCard = task("charge-card", (order: Reserved, { idempotencyKey }): Charged => {
  say(`${order.cents} cents charged, under the key ${idempotencyKey}`)
  return { ...order, receipt: "R-17" }
})

const refundCard = task(
  "refund-card",
  { retry: { maxRetries: 3, initialDelay: "20ms", factor: 2 } },
  ({ cents, receipt }: Charged, { attempt, idempotencyKey }) => {
    if (attempt === 1) throw new Error("the bank is busy")
    say(`${cents} cents of receipt ${receipt} refunded, under the key ${idempotencyKey}`)
  }
)

const bookCourier = task(
  "book-courier",
  { errors: [NoCourier], retry: { maxRetries: 1, initialDelay: "20ms" } },
  (order: Charged, { attempt }): string => {
    throw new NoCourier(`no van for ${order.pieces} ${order.sku}s, asked ${attempt} times`)
  }
)

const placeOrder = workflow("place-order", { input: type<Order>() }, (b) =>
  b
    .then(reserveStock)
    .compensate(releaseStock)
    .then(chargeCard)
    .compensate(refundCard)
    .then(bookCourier)
)

const [file] = process.argv.slice(2)
const store = file === undefined ? memory() : sqlite(file)
await using engine = await Engine.open({ store, workflows: [placeOrder] })
const order: Order = { sku: "lamp", pieces: 2, cents: 4800 }
const run = await engine.start(placeOrder, order, { id: "order-1", onConflict: "useExisting" })

await run.result().catch((error: unknown) => console.log(String(error)))
for (const event of await run.history()) {
  console.log(event._tag, "node" in event ? event.node : "", "error" in event ? event.error : "")
}
