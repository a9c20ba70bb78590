// Cancel and pause in the middle of each kind of node: while what stands inside it runs, and while that is parked.
import { describe, expect, it } from "vitest"
import { Engine } from "../../src/index.ts"
import { around, calls, input, kinds, type Numeric, numbers, type Piece } from "./kinds.ts"
import { rejection, stores, until } from "./ways.ts"

const why = { reason: "enough", by: "me" }
const cancelled = { _tag: "RunCancelled", ...why }

/** What stands inside: a task that waits for the test, told when it is called and when it is interrupted. */
const gated = () => {
  const gate = Promise.withResolvers<void>()
  const seen = { calls: 0, aborts: 0 }
  const inside: Piece = (x) =>
    numbers(
      x.step("gated", async (n, { signal }) => {
        seen.calls += 1
        const aborted = new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => {
            seen.aborts += 1
            resolve()
          })
        })
        await Promise.race([gate.promise, aborted])
        return n
      })
    )
  return { gate, inside, seen }
}

const parked: Piece = (x) => numbers(x.awaitSignal("stop", input, { as: "stop" }))

const startIn = async (engine: Engine, workflow: Numeric, kind: string) => {
  const handle = await engine.start(workflow, 1)
  const { signals = 0 } = kinds[kind]!
  for (let key = 0; key < signals; key += 1) await engine.signal(handle.id, "go", 7)
  return handle
}

/** A run whose losers are at work does not park: its history says that it waits. */
const hasAwaited = (engine: Engine, id: string) => async () =>
  (await engine.history(id)).some(
    (event) => event._tag === "SignalAwaited" && event.signal === "stop"
  )

describe.each(stores)("in the middle of a kind on $name", ({ make }) => {
  describe.each(Object.keys(kinds))("%s", (kind) => {
    it("a cancel interrupts what runs, and nothing begins after it", async () => {
      const { inside, seen } = gated()
      const workflow = around(kind, inside)
      await using engine = await Engine.open({ store: make(), workflows: [workflow] })
      const handle = await startIn(engine, workflow, kind)
      await until(() => seen.calls > 0)
      await handle.cancel(why)
      expect(await rejection(handle.result())).toMatchObject(cancelled)
      expect(await handle.status()).toMatchObject({ status: "cancelled" })
      const called = calls.length
      await until(() => seen.aborts === seen.calls)
      expect(calls.length).toBe(called)
    })

    it("a cancel ends what is parked", async () => {
      const workflow = around(kind, parked)
      await using engine = await Engine.open({ store: make(), workflows: [workflow] })
      const handle = await startIn(engine, workflow, kind)
      await until(hasAwaited(engine, handle.id))
      await handle.cancel(why)
      expect(await rejection(handle.result())).toMatchObject(cancelled)
    })

    it("a pause lets what runs finish, and a resume goes on to the same end", async () => {
      const free = gated()
      free.gate.resolve()
      const plain = around(kind, free.inside)
      await using undisturbed = await Engine.open({ store: make(), workflows: [plain] })
      const expected = await (await startIn(undisturbed, plain, kind)).result()
      const { gate, inside, seen } = gated()
      const workflow = around(kind, inside)
      await using engine = await Engine.open({ store: make(), workflows: [workflow] })
      const handle = await startIn(engine, workflow, kind)
      await until(() => seen.calls > 0)
      await handle.pause()
      gate.resolve()
      await until(async () => (await handle.status()).status === "paused")
      const called = calls.length
      await new Promise((resolve) => setImmediate(resolve))
      expect(calls.length).toBe(called)
      await handle.resume()
      expect(await handle.result()).toBe(expected)
    })
  })
})
