// What a store is: every promise of src/store/Store.ts as a test. A store is one when this passes for it.
import { describe } from "vitest"
import { checkpoints } from "./conformance/checkpoints.ts"
import { claims } from "./conformance/claims.ts"
import { controls } from "./conformance/controls.ts"
import { leases } from "./conformance/leases.ts"
import { parks } from "./conformance/parks.ts"
import { reads } from "./conformance/reads.ts"
import { type Open, onScene } from "./conformance/Scene.ts"
import { sends } from "./conformance/sends.ts"
import { submits } from "./conformance/submits.ts"

export interface Capabilities {
  /** Ends the lease of an owner whose process is gone. */
  readonly seesDeadOwners: boolean
}

/** Registers the suite. `open` gives a store with one partition and nothing in it, each time. */
export const conformance = (name: string, open: Open, capabilities: Capabilities): void => {
  const it = onScene(open)
  describe(`the ${name} store`, () => {
    describe("submit", () => submits(it))
    describe("claim", () => claims(it))
    describe("checkpoint", () => checkpoints(it))
    describe("park", () => parks(it))
    describe("send", () => sends(it))
    describe("control", () => controls(it))
    describe("leases", () => leases(it, capabilities))
    describe("read and purge", () => reads(it))
  })
}
