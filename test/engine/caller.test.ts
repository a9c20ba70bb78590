// A rejection says where it was asked for: the stack names the caller's function and file, also when the error was
// made in a task, in the store or in another process.
import { describe, expect, it } from "vitest"
import { withCaller } from "../../src/engine/Caller.ts"
import { Engine, run, type, workflow } from "../../src/index.ts"
import { rejection, stores } from "./ways.ts"

const failing = workflow("failing", { input: type<number>() }, (b) =>
  b.step("wait", () => new Promise<void>((resolve) => setImmediate(resolve))).step("fail", boom)
)
function boom(): number {
  throw new Error("boom")
}

describe.each(stores)("a rejection on $name", ({ make }) => {
  it("of a start, a read and a result has the frame of who awaits it", async () => {
    await using engine = await Engine.open({ store: make(), workflows: [failing] })
    const myFunction = async (ask: () => Promise<unknown>) => {
      await ask()
    }
    const handle = await engine.start(failing, 1, { id: "r" })
    const asks = [
      () => engine.start(failing, 1, { id: "r" }),
      () => engine.get("nobody"),
      () => engine.cancel("nobody"),
      () => engine.signal("nobody", "go", 1),
      () => handle.result()
    ]
    for (const ask of asks) {
      const { stack } = (await rejection(myFunction(ask))) as Error
      expect(stack).toMatch(/at (?:async )?myFunction .*caller\.test\.ts:\d+/)
    }
  })

  it("of a failed run begins where its task threw", async () => {
    await using engine = await Engine.open({ store: make(), workflows: [failing] })
    const handle = await engine.start(failing, 1)
    const { stack } = (await rejection(handle.result())) as Error
    expect(stack).toMatch(/^Error: boom\n {4}at .*boom/)
  })
})

it("a rejection of a run in process has the frame of who awaits it", async () => {
  const myFunction = async () => {
    await run(failing, 1)
  }
  const { stack } = (await rejection(myFunction())) as Error
  expect(stack).toMatch(/at (?:async )?myFunction .*caller\.test\.ts:\d+/)
})

it("no frame is added twice, nor to what is frozen or no error", async () => {
  const error = new Error("shared")
  const ask = async () => {
    await new Promise<void>((resolve) => setImmediate(resolve))
    throw withCaller(error)
  }
  const myFunction = async () => {
    await ask()
  }
  for (let round = 0; round < 3; round += 1) await rejection(myFunction())
  expect(error.stack?.match(/at (?:async )?myFunction/g)).toHaveLength(1)
  const frozen = Object.freeze(new Error("frozen"))
  expect(withCaller(frozen)).toBe(frozen)
  expect(withCaller("text")).toBe("text")
})
