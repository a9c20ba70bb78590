// What an operator reads when runs come to a task that no code here has.
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { memory, task, type, workflow } from "../../src/index.ts"
import { opened, settle, start } from "./ways.ts"

const charge = task("charge", (n: number) => n)
const order = workflow("order", { input: type<number>() }, (b) => b.then(charge))
const lacking = { ...order, tasks: new Map() }

it.effect("runs that lack a task are warned of once, with what to do", () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => {
    lines.push(`${logLevel} ${String(message)}`)
  })
  return Effect.gen(function* () {
    const worker = yield* opened(memory(), [lacking])
    for (const id of ["a", "b"]) yield* start(worker, lacking, { input: 1, id })
    yield* settle
    expect((yield* worker.client.get("b")).status).toBe("blocked")
    expect(lines).toEqual([
      "Warn Workflow 'order' needs charge, not registered here: run 'a' and others like it wait as blocked; add it to the workflows or the registry of Engine.open, under the same name"
    ])
  }).pipe(Effect.provide(Logger.layer([logger])))
})
