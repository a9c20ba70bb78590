import { Context, Effect, Layer, ManagedRuntime } from "effect"
import { memory, task, type, workflow } from "onward"
import { Engine } from "onward/effect"

class Greeting extends Context.Service<Greeting, { readonly word: string }>()("app/Greeting") {}

const greet = task("greet", (name: string) =>
  Effect.map(Greeting, ({ word }) => `${word}, ${name}`)
)
const hello = workflow("hello", { input: type<string>() }, (b) => b.then(greet))

const runtime = ManagedRuntime.make(
  Engine.layer({ store: memory(), workflows: [hello] }).pipe(
    Layer.provide(Layer.succeed(Greeting, { word: "Good morning" }))
  )
)
const handle = await runtime.runPromise(Engine.use((engine) => engine.start(hello, "Ann")))
console.log(await runtime.runPromise(handle.result)) // Good morning, Ann
await runtime.dispose()
