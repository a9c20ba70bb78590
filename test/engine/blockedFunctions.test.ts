// What an operator reads when a run comes to a function of a node that no code here has.
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { memory, type, workflow } from "../../src/index.ts"
import { opened, start } from "./ways.ts"

const input = type<number>()
const flows = [
  workflow("routing", { input }, (b) => b.route((n) => n > 0, { true: (x) => x, false: (x) => x })),
  workflow("looping", { input }, (b) => b.loop((x) => x.delay(0), { while: () => false })),
  workflow("sleeping", { input }, (b) => b.sleepUntil(() => new Date(0)))
]
const functions = [
  "routing#start+route@select",
  "looping#start+loop@while",
  "sleeping#start+sleepuntil@at"
]

it.effect("a run that lacks the function of a node is blocked, and names it", () =>
  Effect.gen(function* () {
    for (const [at, flow] of flows.entries()) {
      const lacking = { ...flow, functions: new Map() }
      const worker = yield* opened(memory(), [lacking])
      const { id } = yield* start(worker, lacking, { input: 1 })
      expect(yield* worker.client.get(id)).toMatchObject({
        status: "blocked",
        waits: [{ _tag: "Task", task: functions[at] }]
      })
    }
  })
)
