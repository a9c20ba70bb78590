import * as Effect from "effect/Effect"
import * as MemoryStore from "../../src/store/memory/MemoryStore.ts"
import { conformance } from "./conformance.ts"

conformance("memory", Effect.sync(MemoryStore.make), { seesDeadOwners: false })
