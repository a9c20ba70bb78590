import { describe, expect, expectTypeOf, it } from "vitest"
import {
  decode,
  encode,
  encodeError,
  InvalidStorable,
  storable,
  type stored,
  UnreadableValue,
  ValueNotStorable
} from "../../src/codec/Codec.ts"
import { Money } from "./values.ts"

/** Declared by a test, so that each has a class and a name of its own. */
const declare = <Plain>(name: string, encode: (point: { x: unknown }) => Plain) => {
  class Point {
    declare readonly [stored]: true
    x: unknown
    constructor(x: unknown) {
      this.x = x
    }
    moved(): Point {
      return new Point(this.x)
    }
  }
  storable(name, { class: Point, encode, decode: (plain) => new Point(plain) })
  return Point
}

describe("an instance of a declared class", () => {
  it("comes back as one, with what only its class can see", () => {
    const text = encode({ total: new Money(5n, "EUR") })
    expect(text).toBe(
      '{"total":{"$class":{"name":"Money","value":{"cents":{"$bigint":"5"},"currency":"EUR"}}}}'
    )
    const { total } = decode(text) as { readonly total: Money }
    expect(total).toBeInstanceOf(Money)
    expect(total.plus(total).cents).toBe(10n)
  })

  it("stands wherever a value may: in lists, Maps, Sets, errors and other instances", () => {
    const Point = declare("Nested", ({ x }) => x)
    const one = new Point(new Map([[new Point(1n), new Set([new Point(undefined)])]]))
    const error = new Error("a", { cause: new Point([new Point(Number.NaN)]) })
    expect(decode(encode([one, { $p: one }]))).toStrictEqual([one, { $p: one }])
    expect((decode(encodeError(error)) as Error).cause).toStrictEqual(error.cause)
  })

  it("may be an error, and is then its own", () => {
    class Coded extends Error {
      readonly code: number
      constructor(code: number) {
        super(`code ${code}`)
        this.code = code
      }
    }
    storable("Coded", {
      class: Coded,
      encode: ({ code }) => code,
      decode: (code) => new Coded(code)
    })
    expect(encode(new Coded(5))).toBe('{"$class":{"name":"Coded","value":5}}')
    expect(decode(encodeError(new Coded(5)))).toMatchObject({ code: 5, message: "code 5" })
  })

  it("is exactly of that class: one that extends it is refused", () => {
    class Tip extends Money {}
    expect(() => encode([new Tip(1n, "EUR")])).toThrow(
      "value[0] is an instance of Tip, which cannot be stored: turn it into plain data, or declare the class with storable"
    )
  })

  it("is named with its path when what it encodes to cannot be stored", () => {
    const Point = declare("Faulty", ({ x }) => x)
    const fault = { path: "value.at.encode().save", kind: "function" }
    expect(() => encode({ at: new Point({ save: () => 1 }) })).toThrow(
      expect.objectContaining(fault)
    )
    const own = new Point(null)
    own.x = [own]
    expect(() => encode(own)).toThrow(expect.objectContaining({ kind: "cycle" }))
    const later = declare("Later", async ({ x }) => x)
    expect(() => encode(new later(1))).toThrow(expect.objectContaining({ kind: "promise" }))
    const endless: new (x: unknown) => object = declare("Endless", ({ x }) => ({
      again: new endless(x)
    }))
    expect(() => encode(new endless(1))).toThrow(expect.objectContaining({ kind: "depth" }))
  })

  it("is refused when its encode throws, and left out of an error", () => {
    const Point = declare("Throwing", () => {
      throw new RangeError("not now")
    })
    const sentence =
      "value.at cannot be stored: the encode of storable 'Throwing' threw RangeError: not now"
    expect(() => encode({ at: new Point(1) })).toThrow(ValueNotStorable)
    expect(() => encode({ at: new Point(1) })).toThrow(sentence)
    const error = Object.assign(new Error("a"), { at: new Point(1), n: 1 })
    expect(decode(encodeError(error))).toMatchObject({
      message: "a",
      n: 1,
      at: "['Throwing' threw RangeError: not now]"
    })
  })

  it.each([
    [
      "of a class that this process has not loaded",
      '[{"$class":{"name":"Elsewhere","value":1}}]',
      "the class 'Elsewhere' is not declared in this process: import the module that calls storable(\"Elsewhere\", ...)"
    ],
    [
      "that its class does not take",
      '[{"$class":{"name":"Money","value":null}}]',
      "the decode of storable 'Money' threw TypeError"
    ],
    ["without a name", '[{"$class":{"value":1}}]', "it is no class"],
    ["without a value", '[{"$class":{"name":"Money"}}]', "it is no class"],
    ["that is a marker", '[{"$class":{"$map":[]}}]', "it is no class"],
    [
      "named like a property of objects",
      '[{"$class":{"name":"toString","value":1}}]',
      "not declared"
    ]
  ])("is unreadable: one %s", (_, text, detail) => {
    expect(() => decode(text, undefined, "the input of run r")).toThrow(UnreadableValue)
    expect(() => decode(text, undefined, "the input of run r")).toThrow(
      expect.objectContaining({
        path: "value[0].$class",
        where: "the input of run r",
        detail: expect.stringContaining(detail)
      })
    )
  })
})

describe("storable", () => {
  it("refuses a second class under a name, and a second name for a class", () => {
    const options = { class: Money, encode: () => 1, decode: () => new Money(1n, "EUR") }
    expect(() => storable("Cash", options)).toThrow(
      'storable("Cash"): the class is declared as "Money" already'
    )
    expect(() => storable("Money", { ...options, class: class Other extends Money {} })).toThrow(
      InvalidStorable
    )
  })

  it("takes the same class again from a module that was loaded twice, and reads both", () => {
    const [first, second] = [declare("Twice", ({ x }) => x), declare("Twice", ({ x }) => x)]
    const texts = [encode(new first(1)), encode(new second(1))]
    for (const text of texts) expect(decode(text)).toBeInstanceOf(second)
  })

  it.each<[string, unknown, unknown]>([
    ["the name is no text", "", {}],
    ["'class' is no class", "Odd", undefined],
    ["'class' is no class", "Odd", { encode: () => 1, decode: () => 1 }],
    ["'decode' is no function", "Odd", { class: class Odd extends Set {}, encode: () => 1 }],
    ["this class of the language", "Odd", { class: Date, encode: () => 1, decode: () => 1 }]
  ])("says what is wrong: %s", (fault, name, options) => {
    expect(() => storable(name as string, options as never)).toThrow(fault)
  })

  it("infers what decode takes from what encode returns", () => {
    class Range {
      readonly from: Date
      private constructor(from: Date) {
        this.from = from
      }
      static of(from: Date): Range {
        return new Range(from)
      }
    }
    storable("Range", {
      class: Range,
      encode: ({ from }) => ({ from }),
      decode: (plain) => {
        expectTypeOf(plain).toEqualTypeOf<{ from: Date }>()
        return Range.of(plain.from)
      }
    })
    const range = Range.of(new Date(0))
    expect(decode(encode(range))).toStrictEqual(range)
  })
})
