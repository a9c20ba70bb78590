// A shipment is asked about until it has arrived, with a durable pause between questions; what takes
// too long ends as late instead of failing.
import { Engine, memory, task, type, workflow } from "onward"

interface Shipment {
  readonly id: string
  readonly state: "packed" | "moving" | "delivered"
}

/** A carrier, without a network: a parcel moves on each time that somebody asks. */
const questions = new Map<string, number>()
const daysOf = { near: 2, far: 4, lost: Number.POSITIVE_INFINITY }

const askCarrier = task(
  "ask-carrier",
  { retry: { maxRetries: 3 } },
  ({ id }: Shipment): Shipment => {
    const asked = (questions.get(id) ?? 0) + 1
    questions.set(id, asked)
    console.log(`  ${id}: asked ${asked} times`)
    const days = daysOf[id as keyof typeof daysOf]
    return { id, state: asked < days ? "moving" : "delivered" }
  }
)

const track = workflow("track", { input: type<string>() }, (b) =>
  b
    .step("open", (id): Shipment => ({ id, state: "packed" }))
    .loop((b) => b.delay("20ms").then(askCarrier), {
      while: ({ state }) => state !== "delivered",
      max: 5,
      onMax: "continue"
    })
    .routeOn("state", {
      delivered: (b) => b.step("done", ({ id }) => `${id} has arrived`),
      "*": (b) => b.step("late", ({ id }) => `${id} is late: ask a person`)
    })
)

await using engine = await Engine.open({ store: memory(), workflows: [track] })
for (const id of Object.keys(daysOf)) {
  const run = await engine.start(track, id, { id })
  console.log(await run.result())
}
