// The printed types of the shop say the same as the types of the workflows themselves.
import type { IssuesOpenedEvent } from "@octokit/webhooks-types"
import type { Input, Output, Payload } from "onward"
import { expectTypeOf, it } from "vitest"
import type { RegistryModule } from "../../src/task/Registry.ts"
import type { flows } from "./fixtures/shop/src/flows/catalogue.ts"
import type { issue } from "./fixtures/shop/src/flows/issue.ts"
import type { order } from "./fixtures/shop/src/flows/order.ts"
import type packing from "./fixtures/shop/src/flows/packing.ts"
import type { Workflows } from "./fixtures/shop/src/onward/client.gen.ts"
import type * as registry from "./fixtures/shop/src/onward/registry.gen.ts"

/** `true` when each of the two may stand for the other. */
type Same<A, B> = [A, B] extends [B, A] ? true : false

it("inputs are the inputs of the workflows", () => {
  expectTypeOf<Same<Workflows["order"]["input"], Input<typeof order>>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Workflows["packing"]["input"], Input<typeof packing>>>().toEqualTypeOf<true>()
  expectTypeOf<
    Same<Workflows["catalogue"]["input"], Input<typeof flows.catalogue>>
  >().toEqualTypeOf<true>()
  expectTypeOf<Workflows["issue"]["input"]>().toEqualTypeOf<IssuesOpenedEvent>()
})

it("outputs are the outputs of the workflows", () => {
  expectTypeOf<Same<Workflows["order"]["output"], Output<typeof order>>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Workflows["packing"]["output"], Output<typeof packing>>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Workflows["issue"]["output"], Output<typeof issue>>>().toEqualTypeOf<true>()
})

it("signals are the signals of the workflows", () => {
  expectTypeOf<keyof Workflows["order"]["signals"]>().toEqualTypeOf<"approval">()
  expectTypeOf<
    Same<Workflows["order"]["signals"]["approval"], Payload<typeof order, "approval">>
  >().toEqualTypeOf<true>()
  expectTypeOf<keyof Workflows["packing"]["signals"]>().toEqualTypeOf<never>()
})

it("the registry is one that an engine takes", () => {
  expectTypeOf<typeof registry>().toExtend<RegistryModule>()
})
