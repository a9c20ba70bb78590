// What a program without types, or with a cast, may hand to an engine: each is refused with what, where, what to do.
import { describe, expect, it } from "vitest"
import { Engine, memory, run, runSync, type, workflow } from "../../src/index.ts"
import { rejection } from "./ways.ts"

const echo = workflow("echo", { input: type<number>() }, (b) =>
  b.awaitSignal("go", type<number>()).step("same", (n) => n)
)

/** A value as it comes from plain JavaScript: the types refuse these. */
const any = (value: unknown) => value as never

const opening = [
  ["nothing", undefined, "InvalidArgument", "Engine.open: 'options' is undefined, give an object"],
  ["no store", {}, "InvalidArgument", "Engine.open: 'store' is missing, give memory(), sqlite("],
  ["a path as store", { store: 5 }, "InvalidArgument", "'store' is 5, give memory()"],
  ["a misspelt option", { store: "memory:", flows: [] }, "InvalidArgument", "'flows' is no option"],
  ["one workflow", { store: "memory:", workflows: echo }, "InvalidArgument", "a list of workflows"],
  ["a name", { store: "memory:", workflows: ["echo"] }, "NotAWorkflow", 'got "echo"'],
  ["a file", { store: "memory:", registry: "./a.ts" }, "InvalidArgument", "onward generate"],
  [
    "no place",
    { store: "memory:", runsMax: 0 },
    "InvalidArgument",
    "'runsMax' is 0, give a number"
  ],
  ["another text", { store: "orders.db" }, "UnknownStore", 'write "memory:"']
] as const

const starting = [
  [
    "onConflict",
    { onConflict: "replace" },
    'engine.start: \'onConflict\' is "replace", give "fail"'
  ],
  ["startAt", { startAt: "tomorrow" }, "engine.start: 'startAt' is \"tomorrow\", give a Date"],
  ["tags", { tags: "vip" }, "engine.start: 'tags' is \"vip\", give a list of texts"],
  ["idd", { idd: "r" }, "engine.start: 'idd' is no option, it takes id, onConflict, tags, startAt"]
] as const

describe("an engine", () => {
  it.each(opening)("is not opened with %s", async (_, options, tag, text) => {
    const error = await rejection(Engine.open(any(options)))
    expect(error).toMatchObject({ _tag: tag, message: expect.stringContaining(text) })
  })

  it.each(starting)("does not start with such %s", async (argument, options, text) => {
    await using engine = await Engine.open({ store: memory(), workflows: [echo] })
    const error = await rejection(engine.start(echo, 1, any(options)))
    expect(error).toMatchObject({ _tag: "InvalidArgument", argument })
    expect(error).toMatchObject({ message: expect.stringContaining(text) })
    for await (const { id } of engine.list()) throw new Error(`${id} was started`)
  })

  it("names no run by what is not a text", async () => {
    await using engine = await Engine.open({ store: memory(), workflows: [echo] })
    const id = any(5)
    const calls = [
      engine.start(echo, 1, { id }),
      engine.handle(echo, id),
      engine.signal(id, "go", 1),
      engine.cancel(id),
      engine.get(id),
      engine.history(id)
    ]
    for (const call of calls) {
      expect(await rejection(call)).toMatchObject({
        _tag: "InvalidRunId",
        message: 'The run id "5" is 5, not a text: give 1 to 256 bytes of printable characters'
      })
    }
  })

  it("takes a workflow, and not its name", async () => {
    await using engine = await Engine.open({ store: memory(), workflows: [echo] })
    const name = any("echo")
    const calls = [
      engine.start(name, any(1)),
      engine.signalWithStart(name, any(1), any({ id: "r", signal: "go", payload: 1 })),
      engine.handle(name, "r"),
      engine.signal("r", "go", 1, { keepFor: name }),
      run(name, any(1))
    ]
    for (const call of calls) {
      expect(await rejection(call)).toMatchObject({
        _tag: "NotAWorkflow",
        message: expect.stringMatching(/^Expected a workflow, got "echo": pass what workflow\(/)
      })
    }
    expect(() => runSync(any(undefined), any(1))).toThrow("Expected a workflow, got undefined")
  })
})
