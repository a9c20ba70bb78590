// Values across nodes: what goes in comes out, with its type, whether the process is the same or another; what
// cannot be stored is refused with its place, before anything is lost.
import * as Data from "effect/Data"
import { describe, expect, it } from "vitest"
import { Engine, task, type, workflow } from "../../src/index.ts"
import { rejection, stores, until, ways } from "./ways.ts"

class Declined extends Data.TaggedError("Declined")<{
  readonly code: number
  readonly at: Date
  readonly cause?: unknown
}> {
  get isFinal(): boolean {
    return this.code > 1
  }
}

const shared = { n: 1 }

const table: ReadonlyArray<readonly [name: string, value: unknown]> = [
  ["undefined", undefined],
  ["null", null],
  ["NaN", NaN],
  ["the infinities", [Infinity, -Infinity]],
  ["minus zero", -0],
  [
    "the largest and the smallest number",
    [Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER]
  ],
  ["a bigint", 2n ** 200n],
  ["strings", ["", "\0\n\u2028", "日本語 🎉", "\uD800", `"'\\`]],
  ["a Date", new Date("2024-02-29T12:00:00.123Z")],
  ["a Date that is none", new Date(NaN)],
  [
    "a Map",
    new Map<unknown, unknown>([
      ["a", new Date(0)],
      [{ key: 1 }, new Map([[1, 2]])]
    ])
  ],
  ["a Set", new Set([1, "1", null, undefined, NaN])],
  ["a URL", new URL("https://user:pass@example.com:8080/a%20b?c=d#e")],
  ["a RegExp", /a\/(b)+/giu],
  ["a Uint8Array", new Uint8Array([0, 1, 254, 255])],
  ["an empty object and an empty list", [{}, []]],
  ["an object whose fields are undefined", { a: undefined, b: [undefined] }],
  ["keys that are hard on tables", { constructor: 1, toString: 2, "": 3, $date: 4, "a.b": 5 }],
  ["an object in two places", { a: shared, b: shared }],
  ["all of it in all of it", { list: [{ map: new Map([["k", new Set([new Date(1), 1n])]]) }] }]
]

describe.each(ways)("a value in $name", (way) => {
  it.each(table)("comes out as it went in: %s", async (_, value) => {
    const seen: Array<unknown> = []
    const carrying = workflow("carrying", { input: type<unknown>() }, (b) =>
      b
        .delay(0)
        .step("look", (given) => {
          seen.push(given)
          return value
        })
        .fork({ a: (x) => x.step("pass", (given) => given), b: (x) => x.delay(0) })
        .join("last", ({ a, b }) => {
          seen.push(a, b)
          return a
        })
    )
    const output = await way.run(carrying, value)
    for (const found of [...seen, output]) expect(found).toStrictEqual(value)
    expect(seen).toHaveLength(3)
  })

  it("may be an error, with its class, fields and cause", async () => {
    const at = new Date(5)
    const make = task("make", { errors: [Declined] }, (_: number): unknown => ({
      declined: new Declined({ code: 2, at, cause: new RangeError("why") }),
      plain: new TypeError("plain", { cause: { deep: 1n } })
    }))
    const carrying = workflow("carrying", { input: type<number>() }, (b) =>
      b.then(make).step("pass", (given) => given)
    )
    const output = await way.run(carrying, 1)
    const { declined, plain } = output as { readonly declined: Declined; readonly plain: TypeError }
    expect(declined).toBeInstanceOf(Declined)
    expect([declined.code, declined.at, declined.isFinal]).toEqual([2, at, true])
    expect(declined.cause).toBeInstanceOf(RangeError)
    expect(plain).toBeInstanceOf(TypeError)
    expect([plain.message, plain.cause]).toEqual(["plain", { deep: 1n }])
  })
})

describe.each(stores)("a value on $name", ({ make }) => {
  it.each(table)("comes out of another engine as it went in: %s", async (_, value) => {
    const source = make()
    const begun = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const seen: Array<unknown> = []
    const carrying = workflow("carrying", { input: type<unknown>() }, (b) =>
      b
        .step("make", async (given) => {
          begun.resolve()
          await gate.promise
          return given
        })
        .step("look", (given) => {
          seen.push(given)
          return given
        })
        .awaitSignal("more", type<unknown>())
    )
    const first = await Engine.open({ store: source, workflows: [carrying] })
    const { id } = await first.start(carrying, value)
    await begun.promise
    const closed = first.close()
    gate.resolve()
    await closed
    expect(seen).toEqual([])
    await using second = await Engine.open({ store: source, workflows: [carrying] })
    const handle = await second.handle(carrying, id)
    await handle.signal("more", value)
    expect(await handle.result()).toStrictEqual(value)
    expect(seen).toStrictEqual([value])
    expect(await handle.status()).toStrictEqual({ status: "completed", output: value })
  })

  it("that a run failed with is an error of its class, in this engine and the next", async () => {
    const source = make()
    const at = new Date(5)
    const failing = workflow("failing", { input: type<number>() }, (b) =>
      b.step(
        "fail",
        (n): number => {
          throw new Declined({ code: n, at, cause: new Error("why") })
        },
        { errors: [Declined] }
      )
    )
    const first = await Engine.open({ store: source, workflows: [failing] })
    const handle = await first.start(failing, 3)
    const errors = [await rejection(handle.result())]
    await first.close()
    await using second = await Engine.open({ store: source, workflows: [failing] })
    const again = await second.handle(failing, handle.id)
    errors.push(await rejection(again.result()))
    const state = await again.status()
    if (state.status !== "failed") throw new Error(state.status)
    for (const error of [...errors, state.error]) {
      if (!(error instanceof Declined)) throw error
      expect([error._tag, error.code, error.at, error.isFinal]).toEqual(["Declined", 3, at, true])
      expect(error.cause).toMatchObject({ message: "why" })
      expect(error.stack).toContain("values.test.ts")
    }
  })

  it("that a run failed with may be no error at all", async () => {
    const failing = workflow("failing", { input: type<unknown>() }, (b) =>
      b.step("fail", (thrown): number => {
        throw thrown
      })
    )
    await using engine = await Engine.open({ store: make(), workflows: [failing] })
    for (const thrown of ["text", undefined, null, { code: 1n }]) {
      const handle = await engine.start(failing, thrown)
      expect(await rejection(handle.result())).toStrictEqual(thrown)
    }
  })
})

class Account {
  readonly owner = "me"
}

/** As a compiler would not let it through: an `any` from elsewhere. */
const hidden = (value: unknown) =>
  ({ user: { save: value } }) as unknown as { readonly user: string }

describe.each(stores)("a value that cannot be stored on $name", ({ make }) => {
  const unstorable: ReadonlyArray<readonly [name: string, value: unknown]> = [
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["an instance of a class", new Account()],
    ["a Promise", Promise.resolve(1)],
    ["a WeakMap", new WeakMap()]
  ]

  it.each(unstorable)("is refused as input, and no run exists: %s", async (_, value) => {
    const taking = workflow("taking", { input: type<{ readonly user: string }>() }, (b) =>
      b.step("take", () => 1)
    )
    await using engine = await Engine.open({ store: make(), workflows: [taking] })
    expect(await rejection(engine.start(taking, hidden(value), { id: "r" }))).toMatchObject({
      _tag: "ValueNotStorable",
      path: expect.stringContaining("user.save")
    })
    expect(await rejection(engine.get("r"))).toMatchObject({ _tag: "RunNotFound" })
  })

  it.each(unstorable)(
    "fails the run as output, with its place, and is not tried again: %s",
    async (_, value) => {
      let calls = 0
      const giving = workflow("giving", { input: type<number>() }, (b) =>
        b
          .step(
            "give",
            () => {
              calls += 1
              return hidden(value)
            },
            { retry: { maxRetries: 3 } }
          )
          .step("after", () => {
            calls += 100
          })
      )
      await using engine = await Engine.open({ store: make(), workflows: [giving] })
      const handle = await engine.start(giving, 1)
      const error = await rejection(handle.result())
      expect(error).toMatchObject({
        _tag: "ValueNotStorable",
        path: expect.stringContaining("user.save")
      })
      expect((error as Error).message).toContain("giving#give")
      expect(calls).toBe(1)
      expect(await handle.status()).toMatchObject({ status: "failed", node: "give" })
    }
  )

  it.each(unstorable)(
    "is refused at the sender as payload, and nothing is stored: %s",
    async (_, value) => {
      const asking = workflow("asking", { input: type<number>() }, (b) =>
        b.awaitSignal("say", type<{ readonly user: string }>())
      )
      await using engine = await Engine.open({ store: make(), workflows: [asking] })
      const handle = await engine.start(asking, 1)
      expect(await rejection(handle.signal("say", hidden(value)))).toMatchObject({
        _tag: "ValueNotStorable",
        path: expect.stringContaining("user.save")
      })
      await until(async () => (await handle.status()).status === "parked")
      await handle.signal("say", { user: "u" })
      expect(await handle.result()).toEqual({ user: "u" })
    }
  )

  it("does not hide what a task failed with: the rest of the error is kept", async () => {
    const failing = workflow("failing", { input: type<number>() }, (b) =>
      b.step("fail", (n): number => {
        throw Object.assign(new Error("with a callback"), { n, callback: () => 1 })
      })
    )
    await using engine = await Engine.open({ store: make(), workflows: [failing] })
    const handle = await engine.start(failing, 7)
    expect(await rejection(handle.result())).toMatchObject({ message: "with a callback", n: 7 })
  })
})
