import { types } from "node:util"
import * as Data from "effect/Data"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { decode, encode, encodeError, errorClasses } from "../../src/codec/Codec.ts"

class Bare extends Error {}

class Named extends Error {
  readonly code: number
  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options)
    this.name = "Renamed"
    this.code = code
  }
}

class Declined extends Data.TaggedError("Declined")<{
  readonly amount: bigint
  readonly cause?: unknown
}> {
  override get message(): string {
    return `declined ${this.amount}`
  }
}

class Unpaid extends Schema.TaggedError<Unpaid>()("Unpaid", { since: Schema.Number }) {
  get days(): number {
    return this.since * 2
  }
}

class Picky extends Error {
  constructor(order: { readonly id: string }) {
    super(`order ${order.id.toUpperCase()}`)
  }
}

const classes = errorClasses([Bare, Named, Declined, Unpaid, Picky])

describe("an error", () => {
  it.each<[string, Error]>([
    ["a class that sets no name", new Bare("bare", { cause: { at: new Date(0) } })],
    ["a class that sets a name", new Named("named", 5, { cause: new Bare("inner") })],
    ["a tagged class of Effect's Data", new Declined({ amount: 5n })],
    ["a tagged class with a cause", new Declined({ amount: 5n, cause: new Bare("inner") })],
    ["a tagged class of Effect's Schema", new Unpaid({ since: 7 })],
    ["a class whose constructor would throw", new Picky({ id: "a" })],
    ["a built-in class", new RangeError("too much")],
    ["AggregateError", new AggregateError([new Bare("one"), "two"], "both")],
    ["DOMException", AbortSignal.abort().reason]
  ])("of %s comes back as an instance with all it had", (_, error) => {
    const read = decode(encode(error), classes) as Error
    expect(read).toStrictEqual(error)
    expect(read).toBeInstanceOf(error.constructor)
    expect(types.isNativeError(read)).toBe(true)
    expect(read.stack).toBe(error.stack)
    expect(read.cause).toStrictEqual(error.cause)
    expect(Object.keys(read)).toEqual(Object.keys(error))
  })

  it("finds its class at any depth", () => {
    const read = decode(encode({ errors: [new Unpaid({ since: 1 })] }), classes) as {
      errors: Array<Unpaid>
    }
    expect(read.errors[0]?.days).toBe(2)
  })

  it("of a class that is not known keeps name, tag, fields and stack", () => {
    const error = new Declined({ amount: 5n })
    const read = decode(encode(error)) as Error
    expect(read).not.toBeInstanceOf(Declined)
    expect(read).toMatchObject({
      name: "Declined",
      _tag: "Declined",
      amount: 5n,
      message: "declined 5"
    })
    expect(read.stack).toBe(error.stack)
  })

  it("keeps the message that it had when the class words it otherwise by now", () => {
    const text = encode(new Declined({ amount: 5n })).replace("declined 5", "refused 5")
    expect(decode(text, classes)).toHaveProperty("message", "refused 5")
  })

  it("with a field that cannot be stored is refused like any value", () => {
    expect(() => encode(Object.assign(new Error("a"), { retry() {} }))).toThrow(
      "value.retry is a function"
    )
  })
})

describe("encodeError", () => {
  const cyclic = Object.assign(new Error("cyclic"), { self: {} as unknown })
  cyclic.self = { error: cyclic }

  it.each<[string, unknown, unknown]>([
    ["a function", Object.assign(new Error("a"), { part: () => 1 }), "[function]"],
    ["a symbol", Object.assign(new Error("a"), { part: Symbol("s") }), "[symbol]"],
    ["a promise", Object.assign(new Error("a"), { part: Promise.resolve() }), "[promise]"],
    ["an instance", Object.assign(new Error("a"), { part: new WeakMap() }), "[WeakMap]"],
    [
      "a hole",
      Object.assign(new Error("a"), { part: Object.assign([1], { 2: 2 }) }),
      [1, "[hole]", 2]
    ],
    [
      "a getter that throws",
      Object.assign(new Error("a"), {
        part: {
          get x() {
            throw new Error("b")
          }
        }
      }),
      { x: "[throws]" }
    ],
    [
      "an own __proto__",
      Object.assign(new Error("a"), { part: JSON.parse('{"__proto__":1,"b":2}') }),
      { b: 2 }
    ],
    ["a symbol key", Object.assign(new Error("a"), { part: { [Symbol("s")]: 1, b: 2 } }), { b: 2 }]
  ])("replaces or leaves out %s", (_, error, part) => {
    const read = decode(encodeError(error))
    expect(read).toHaveProperty("message", "a")
    expect((read as { part: unknown }).part).toStrictEqual(part)
  })

  it("replaces a cycle", () => {
    expect(decode(encodeError(cyclic))).toMatchObject({
      message: "cyclic",
      self: { error: "[cycle]" }
    })
  })

  it.each([[undefined], ["a text"], [12n], [{ status: 404, at: new Date(0) }]])(
    "keeps %s, thrown in place of an error",
    (thrown) => {
      expect(decode(encodeError(thrown))).toStrictEqual(thrown)
    }
  )

  it("keeps the texts of an error that is too long", () => {
    const read = decode(
      encodeError(Object.assign(new Error("a".repeat(20_000_000)), { _tag: "Long", more: 1 }))
    )
    expect(read).toMatchObject({ _tag: "Long", message: "a".repeat(16_384) })
    expect(read).not.toHaveProperty("more")
  })

  it("survives what throws wherever it is touched", () => {
    const handler = new Proxy(
      {},
      {
        get: () => () => {
          throw new Error("no")
        }
      }
    )
    expect(decode(encodeError(new Proxy({}, handler)))).toHaveProperty(
      "message",
      "what was thrown cannot be stored"
    )
    const error = Object.defineProperty(new Error("a"), "message", {
      get() {
        throw new Error("no")
      }
    })
    expect(decode(encodeError(error))).toBeInstanceOf(Error)
  })

  it("ends for a value that is shared without end", () => {
    let shared: unknown = 1
    for (let level = 0; level < 60; level++) shared = [shared, shared]
    expect(decode(encodeError(Object.assign(new Error("a"), { shared })))).toHaveProperty(
      "message",
      "a"
    )
  }, 60_000)
})
