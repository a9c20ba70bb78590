import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { describe, expect, it } from "vitest"
import { encode, ValueNotStorable } from "../../src/codec/Codec.ts"

class User {
  readonly name = "Ada"
}
const anonymous = () =>
  class {
    readonly name = "Ada"
  }

const cyclic: { list: Array<unknown> } = { list: [] }
cyclic.list.push({ up: cyclic })

const nested = (levels: number, inner: unknown): unknown => {
  let value = inner
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

describe("encode", () => {
  it.each<[string, unknown, string, string]>([
    [
      "a function",
      { user: { save() {} } },
      "function",
      "value.user.save is a function, which cannot be stored"
    ],
    ["a symbol", [1, Symbol("a")], "symbol", "value[1] is a symbol"],
    [
      "a promise",
      { user: Promise.resolve(1) },
      "promise",
      "value.user is a Promise, which cannot be stored: did you forget 'await'?"
    ],
    [
      "an Effect",
      { user: Effect.succeed(1) },
      "effect",
      "value.user is an Effect, which cannot be stored: did you forget 'yield*'?"
    ],
    ["an Option", Option.some(1), "class", "value is an instance of"],
    [
      "an instance of a class",
      { "the user": new User() },
      "class",
      'value["the user"] is an instance of User'
    ],
    [
      "an instance of a class without methods or name",
      new (anonymous())(),
      "class",
      "value is an instance of a class without a name"
    ],
    ["an object that inherits", Object.create({ a: 1 }), "class", "value is an instance of"],
    [
      "a subclass of Date",
      new (class Day extends Date {})(),
      "class",
      "value is an instance of Day"
    ],
    [
      "a subclass of Map",
      new (class Index extends Map {})(),
      "class",
      "value is an instance of Index"
    ],
    [
      "a subclass of Array",
      new (class List extends Array {})(),
      "class",
      "value is an instance of List"
    ],
    ["a WeakMap", new WeakMap(), "class", "value is an instance of WeakMap"],
    ["a boxed number", Object(1), "class", "value is an instance of Number"],
    ["other typed arrays", new Float32Array(1), "class", "value is an instance of Float32Array"],
    ["a cycle", cyclic, "cycle", "value.list[0].up contains itself"],
    ["a hole in an array", Object.assign([1], { 2: 3 }), "hole", "value[1] is a hole in an array"],
    [
      "an array of a great length",
      Object.assign([], { length: 4_000_000_000 }),
      "hole",
      "value[0] is a hole"
    ],
    [
      "the result of a match",
      "abc".match(/b/),
      "extra",
      "value.index is added to an array or the like"
    ],
    ["a property of a Date", Object.assign(new Date(), { a: 1 }), "extra", "value.a is added to"],
    [
      "an own __proto__",
      JSON.parse('[{"__proto__":1}]'),
      "proto",
      "value[0].__proto__ is a property"
    ],
    [
      "a key that is a symbol",
      { [Symbol("k")]: 1 },
      "symbolKey",
      "value.Symbol(k) has a symbol for its key"
    ],
    [
      "a getter that throws",
      {
        get a() {
          throw new Error("no")
        }
      },
      "throws",
      "value.a threw when it was read"
    ],
    [
      "a proxy that throws",
      [
        new Proxy(
          {},
          {
            ownKeys() {
              throw new Error("no")
            }
          }
        )
      ],
      "throws",
      "value[0] threw"
    ],
    [
      "a function in a Map",
      new Map([["k", [() => 1]]]),
      "function",
      'value.get("k")[0] is a function'
    ],
    [
      "a function as a key of a Map",
      new Map([[() => 1, 1]]),
      "function",
      "value.keys()[0] is a function"
    ],
    ["a function in a Set", new Set([1, () => 1]), "function", "value.values()[1] is a function"],
    [
      "a function in a cause",
      new Error("a", { cause: () => 1 }),
      "function",
      "value.cause is a function"
    ],
    [
      "a function beside special values",
      [1n, { $a: () => 1 }],
      "function",
      "value[1].$a is a function"
    ],
    [
      "what is nested deeper than 1,000",
      nested(1_001, 1),
      "depth",
      "is nested deeper than 1000 levels"
    ]
  ])("refuses %s", (_, value, kind, message) => {
    expect(() => encode(value)).toThrow(ValueNotStorable)
    expect(() => encode(value)).toThrow(
      expect.objectContaining({
        _tag: "ValueNotStorable",
        kind,
        message: expect.stringContaining(message)
      })
    )
  })

  it("names the value in its errors", () => {
    expect(() => encode({ a: () => 1 }, "the output of task charge")).toThrow(
      "value.a of the output of task charge is a function, which cannot be stored: return plain data"
    )
  })

  it("shows the two ends of a long path", () => {
    expect(() => encode(nested(100, () => 1))).toThrow(
      `value${"[0]".repeat(16)}…${"[0]".repeat(16)} is a function`
    )
  })

  it("takes what is nested 1,000 deep", () => {
    expect(encode(nested(1_000, 1))).toBe(JSON.stringify(nested(1_000, 1)))
  })

  it("refuses text over the limit, in bytes of UTF-8", () => {
    const limit = { maxBytes: 10 }
    expect(encode("é".repeat(4), undefined, limit)).toBe('"éééé"')
    expect(() => encode("é".repeat(5), undefined, limit)).toThrow(
      "value takes more than 10 bytes as text"
    )
    expect(() => encode([1n, "long enough"], undefined, limit)).toThrow(
      "value takes more than 10 bytes as text"
    )
    expect(() => encode("x".repeat(64 * 1024 * 1024))).toThrow(
      "value takes more than 67108864 bytes as text"
    )
  })

  it("refuses a value that is shared without end", () => {
    const limit = { maxBytes: 1_000_000 }
    let shared: unknown = 1n
    for (let level = 0; level < 60; level++) shared = [shared, shared]
    expect(() => encode(shared, undefined, limit)).toThrow(
      "value takes more than 1000000 bytes as text"
    )
    expect(() => encode(nested(3, JSON.parse("[1]")), undefined, limit)).not.toThrow()
  })
})
