// What the Effect face demands, gives and fails with, pinned by equality. Each line fails to compile when a type
// drifts; the texts of what does not compile are in golden/messages.txt.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import { describe, expectTypeOf, it } from "vitest"
import {
  Engine,
  type Handle,
  type NodeFailure,
  type ReadError,
  run,
  type SignalError,
  type StartError,
  type StoreError
} from "../../src/effect/index.ts"
import {
  type EngineClosed,
  type InvalidInput,
  type InvalidRunId,
  memory,
  type RunCancelled,
  type RunInfo,
  type RunNotFound,
  type SignalsNotSupported,
  type TaskNotFound,
  type UnreadableSeal,
  type UnreadableValue,
  type ValueNotStorable,
  workflow
} from "../../src/index.ts"
import {
  charge,
  type Declined,
  fulfil,
  mail,
  mailer,
  type Mailer,
  order,
  stripe,
  type Stripe
} from "./shop.ts"

const lamp = { id: "lamp", cents: 1 }
const plain = workflow("plain", { input: order }, (b) => b.step("cents", ({ cents }) => cents))
const charging = workflow("charging", { input: order }, (b) => b.then(charge))
const mailing = workflow("mailing", { input: order }, (b) => b.call(mail, ({ id }) => id))
const store = memory()

type Refusals = InvalidInput | SignalsNotSupported | TaskNotFound
type Fulfilled = { readonly mailed: number; readonly receipt: string }

describe("run", () => {
  it("has the output, the failures and the requirements of its workflow", () => {
    expectTypeOf(run(fulfil, lamp)).toEqualTypeOf<
      Effect.Effect<Fulfilled, Declined | NodeFailure | Refusals, Stripe | Mailer>
    >()
    expectTypeOf(run(plain, lamp)).toEqualTypeOf<
      Effect.Effect<number, NodeFailure | Refusals, never>
    >()
  })
  it("requires what a Layer has not provided", () => {
    const half = run(fulfil, lamp).pipe(Effect.provide(stripe()))
    expectTypeOf(half).toEqualTypeOf<
      Effect.Effect<Fulfilled, Declined | NodeFailure | Refusals, Mailer>
    >()
    // @ts-expect-error the Mailer is missing
    void Effect.runPromise(half)
    void Effect.runPromise(half.pipe(Effect.provide(mailer())))
  })
  it("takes the input of its workflow", () => {
    // @ts-expect-error an order has cents
    void run(plain, { id: "lamp" })
  })
})

describe("the layer of an engine", () => {
  it("requires exactly what its workflows require together", () => {
    expectTypeOf(Engine.layer({ store, workflows: [charging, plain] })).toEqualTypeOf<
      Layer.Layer<Engine, StoreError, Stripe>
    >()
    expectTypeOf(Engine.layer({ store, workflows: [charging, mailing] })).toEqualTypeOf<
      Layer.Layer<Engine, StoreError, Stripe | Mailer>
    >()
    expectTypeOf(Engine.layer({ store, workflows: [plain] })).toEqualTypeOf<
      Layer.Layer<Engine, StoreError>
    >()
    expectTypeOf(Engine.layer({ store })).toEqualTypeOf<Layer.Layer<Engine, StoreError>>()
  })
  it("requires what a list of workflows requires that was made before", () => {
    const workflows = [charging, mailing]
    expectTypeOf(Engine.layer({ store, workflows })).toEqualTypeOf<
      Layer.Layer<Engine, StoreError, Stripe | Mailer>
    >()
  })
  it("requires nothing where it does not work", () => {
    expectTypeOf(Engine.layer({ store, workflows: [charging], work: false })).toEqualTypeOf<
      Layer.Layer<Engine, StoreError>
    >()
    const work = Boolean(store)
    expectTypeOf(Engine.layer({ store, workflows: [charging], work })).toEqualTypeOf<
      Layer.Layer<Engine, StoreError, Stripe>
    >()
  })
  it("requires what the workflows and tasks of a registry require", () => {
    const workflows = { mailing: async () => mailing }
    const registry = { tasks: { charge: () => charge }, workflows } as const
    expectTypeOf(Engine.layer({ store, registry })).toEqualTypeOf<
      Layer.Layer<Engine, StoreError, Stripe | Mailer>
    >()
    const none = { tasks: {}, workflows: { plain: async () => plain }, inWorkflows: {} } as const
    expectTypeOf(Engine.layer({ store, registry: none })).toEqualTypeOf<
      Layer.Layer<Engine, StoreError>
    >()
  })
  it("is not complete while a service is missing", () => {
    const half = Engine.layer({ store, workflows: [fulfil] }).pipe(Layer.provide(stripe()))
    expectTypeOf(half).toEqualTypeOf<Layer.Layer<Engine, StoreError, Mailer>>()
    // @ts-expect-error the Mailer is missing
    void Effect.runPromise(Effect.provide(Engine, half))
  })
  it("has the options of Engine.open", () => {
    // @ts-expect-error there is no such option
    void Engine.layer({ store, workers: 3 })
    // @ts-expect-error a workflow, not its name
    void Engine.layer({ store, workflows: ["fulfil"] })
  })
})

describe("the service", () => {
  const engine = Engine.of({} as never)
  it("gives handles with the types of the workflow", () => {
    const started = engine.start(fulfil, lamp)
    expectTypeOf(started).toEqualTypeOf<Effect.Effect<Handle<typeof fulfil>, StartError>>()
    type Result = Handle<typeof fulfil>["result"]
    expectTypeOf<Effect.Success<Result>>().toEqualTypeOf<Fulfilled>()
    type Unreadable = ValueNotStorable | UnreadableValue | UnreadableSeal
    type Unread = EngineClosed | InvalidRunId | RunNotFound | StoreError | Unreadable
    expectTypeOf<Effect.Error<Result>>().toEqualTypeOf<
      Declined | NodeFailure | RunCancelled | Unread
    >()
    expectTypeOf(engine.signal("id", "name", 1)).toEqualTypeOf<Effect.Effect<void, SignalError>>()
    expectTypeOf(engine.list()).toEqualTypeOf<Stream.Stream<RunInfo, ReadError>>()
  })
  it("takes the input and the signals of the workflow", () => {
    // @ts-expect-error an order has cents
    void engine.start(fulfil, { id: "lamp" })
    const handle = {} as Handle<typeof fulfil>
    // @ts-expect-error it waits for no signal
    void (() => handle.signal("approve", 1))
  })
})
