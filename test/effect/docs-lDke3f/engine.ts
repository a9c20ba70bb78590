import { Console, Context, Effect, Layer } from "effect"
import { memory, task, type, workflow } from "onward"
import { Engine } from "onward/effect"

class Mailer extends Context.Service<
  Mailer,
  { readonly send: (text: string) => Effect.Effect<void> }
>()("shop/Mailer") {
  static readonly console = Layer.succeed(Mailer, { send: (text) => Console.log(text) })
}

const remind = task(
  "remind",
  Effect.fn(function* (name: string) {
    const mailer = yield* Mailer
    yield* mailer.send(`Dear ${name}, please answer`)
    return name
  })
)

const ask = workflow("ask", { input: type<string>() }, (b) =>
  b.then(remind).awaitSignal("answer", type<{ yes: boolean }>())
)

const program = Effect.gen(function* () {
  const engine = yield* Engine
  const handle = yield* engine.start(ask, "Ann", { id: "ann" })
  yield* handle.signal("answer", { yes: true })
  yield* Console.log(yield* handle.result) // { yes: true }
})

const engine = Engine.layer({ store: memory(), workflows: [ask] }).pipe(
  Layer.provide(Mailer.console)
)
await Effect.runPromise(program.pipe(Effect.provide(engine)))
