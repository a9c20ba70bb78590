// A shop whose tasks are Effects that require two services, and layers that keep a log of what they were asked.
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { task, type, workflow } from "../../src/index.ts"

export interface Order {
  readonly id: string
  readonly cents: number
}

export class Declined extends Data.TaggedError("Declined")<{ readonly order: string }> {}

export class Stripe extends Context.Service<
  Stripe,
  {
    readonly charge: (order: Order) => Effect.Effect<string, Declined>
    readonly refund: (receipt: string) => Effect.Effect<void>
  }
>()("Stripe") {}

export class Mailer extends Context.Service<
  Mailer,
  { readonly send: (text: string) => Effect.Effect<number> }
>()("Mailer") {}

/** Charges every order but those for nothing. */
export const stripe = (log: Array<string> = []): Layer.Layer<Stripe> =>
  Layer.succeed(Stripe, {
    charge: ({ cents, id }) =>
      Effect.suspend(() => {
        log.push(`charge ${id}`)
        return cents > 0
          ? Effect.succeed(`${id}:${cents}`)
          : Effect.fail(new Declined({ order: id }))
      }),
    refund: (receipt) => Effect.sync(() => void log.push(`refund ${receipt}`))
  })

export const mailer = (log: Array<string> = []): Layer.Layer<Mailer> =>
  Layer.succeed(Mailer, { send: (text) => Effect.sync(() => log.push(`mail ${text}`)) })

/** Both services, with one log. */
export const services = (log: Array<string> = []) => Layer.merge(stripe(log), mailer(log))

export const charge = task(
  "charge",
  Effect.fn(function* (order: Order) {
    const stripe = yield* Stripe
    return yield* stripe.charge(order)
  })
)

export const refund = task(
  "refund",
  Effect.fn(function* (receipt: string) {
    const stripe = yield* Stripe
    yield* stripe.refund(receipt)
  })
)

export const mail = task(
  "mail",
  Effect.fn(function* (text: string) {
    const mailer = yield* Mailer
    return yield* mailer.send(text)
  })
)

export const order = type<Order>()

export const fulfil = workflow("fulfil", { input: order }, (b) =>
  b
    .then(charge)
    .fork({ mailed: mail, receipt: (b) => b.step("keep", (text) => text) })
    .join()
)
