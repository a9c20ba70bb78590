import { Context, Data, Effect, Layer } from "effect"
import { task, type, workflow } from "onward"
import { run } from "onward/effect"

interface Order {
  readonly id: string
  readonly cents: number
}

class Declined extends Data.TaggedError("Declined")<{ readonly order: string }> {}

class Stripe extends Context.Service<
  Stripe,
  { readonly charge: (order: Order) => Effect.Effect<string, Declined> }
>()("shop/Stripe") {
  static readonly test = Layer.succeed(Stripe, {
    charge: ({ cents, id }) =>
      cents > 0 ? Effect.succeed(`receipt of ${id}`) : Effect.fail(new Declined({ order: id }))
  })
}

const charge = task(
  "charge",
  Effect.fn(function* (order: Order) {
    const stripe = yield* Stripe
    return yield* stripe.charge(order)
  })
)

const pay = workflow("pay", { input: type<Order>() }, (b) => b.then(charge))

const program = run(pay, { id: "lamp", cents: 0 }).pipe(
  Effect.catchTag("Declined", ({ order }) => Effect.succeed(`${order} was declined`)),
  Effect.provide(Stripe.test) // without this line the next does not compile
)
console.log(await Effect.runPromise(program)) // lamp was declined
