// One large order, in every way of running it, and crashed at every write.
import { describe, expect, it } from "vitest"
import type { Node } from "../../src/ir/Node.ts"
import { Engine, memory } from "../../src/index.ts"
import { execute } from "./crash.ts"
import { makeOrder, order, type World } from "./dogfood.ts"
import { asyncWays, stores, ways } from "./ways.ts"

const expected = {
  late: "Error: by ann is late",
  approved: "by ann",
  made: {
    way: "card",
    lines: [{ label: "label lamp" }, { label: "label rare" }, { label: "label desk" }]
  }
}

const runId = "order-1"
const client = (workflow: ReturnType<typeof makeOrder>) => async (engine: Engine) => {
  const handle = await engine.start(workflow, order, { id: runId, onConflict: "useExisting" })
  // Sent before anybody asks; after a crash at the very end the run is finished, and refuses it.
  await handle.signal("approve", { by: "ann" }, { key: "ann" }).catch(() => undefined)
  return handle.result()
}

/** Keys without the run's own part, and without which attempts a crash has doubled. */
const asked = (world: World) =>
  [...new Set(world.map((key) => key.slice(key.indexOf("/"))))].toSorted()

describe("the order process", () => {
  it("has forty nodes and more, and every kind at depth three or deeper", () => {
    const { definition } = makeOrder([], { isAsync: true, signals: true })
    const nodes = Object.entries(definition.nodes)
    expect(nodes.length).toBeGreaterThan(40)
    const deep = new Set(
      nodes.filter(([id]) => id.split("/").length > 3).map(([, node]) => kindOf(node))
    )
    expect([...deep].toSorted()).toEqual(kinds)
  })

  describe.each(ways)("in $name, without signals", (way) => {
    it("comes to the end of every other way", async () => {
      const world: World = []
      const output = await way.run(makeOrder(world, { isAsync: false, signals: false }), order)
      expect(output).toMatchObject(expected)
      // The charge that is declined is tried three times, under one key.
      const others = world.filter((key) => !key.endsWith("/charge"))
      expect(new Set(others).size).toBe(others.length)
      expect(output).toEqual(
        await asyncWays[0]!.run(makeOrder([], { isAsync: true, signals: false }), order)
      )
    })
  })

  describe.each(stores)("on $name, with signals", ({ make }) => {
    it("comes to the same end as without", async () => {
      const workflow = makeOrder([], { isAsync: true, signals: true })
      await using engine = await Engine.open({ store: make(), workflows: [workflow] })
      const output = await client(workflow)(engine)
      expect(output).toMatchObject(expected)
      expect(output).toEqual(
        await asyncWays[0]!.run(makeOrder([], { isAsync: true, signals: false }), order)
      )
    })
  })

  it(
    "comes to the same end under the same keys, killed before and after every write",
    { timeout: 60_000 },
    async () => {
      const world: World = []
      const workflow = makeOrder(world, { isAsync: true, signals: true })
      const scenario = { workflow, runId, client: client(workflow) }
      const undisturbed = await execute(scenario, memory(), { kill: null })
      expect(undisturbed.answer).toMatchObject({ value: expected })
      const keys = asked(world)
      for (let write = 1; write <= undisturbed.writes; write += 1) {
        for (const moment of ["before", "after"] as const) {
          world.length = 0
          const found = await execute(scenario, memory(), { kill: { write, moment } })
          expect(found.answer, `killed ${moment} write ${write}`).toEqual(undisturbed.answer)
          expect(asked(world), `killed ${moment} write ${write}`).toEqual(keys)
        }
      }
    }
  )
})

const kindOf = (node: Node): string => {
  if (node._tag === "Fork") return `Fork ${typeof node.join === "object" ? "quorum" : node.join}`
  if (node._tag === "Route") return "property" in node.on ? "Route on a property" : "Route"
  if (node._tag === "AwaitSignal" && node.onTimeout !== undefined) return "AwaitSignal, timeout"
  return node._tag
}

const kinds = [
  "AwaitSignal",
  "AwaitSignal, timeout",
  "Catch",
  "Delay",
  "ForEach",
  "Fork all",
  "Fork any",
  "Fork quorum",
  "Fork race",
  "Fork settled",
  "Inline",
  "Loop",
  "Route",
  "Route on a property",
  "SleepUntil",
  "Task"
]
