import * as assert from "node:assert"
import * as vm from "node:vm"
import * as fc from "fast-check"
import { describe, expect, it, vi } from "vitest"
import { decode, encode, record } from "../../src/codec/Codec.ts"
import { Box, plain, storable } from "./arbitrary.ts"

describe("encode and decode", () => {
  it("give back any value with its types, and the same text for it again", () => {
    fc.assert(
      fc.property(storable(), (value) => {
        const text = encode(value)
        const read = decode(text)
        // Unlike expect, this does not take a property called "constructor" for a class.
        assert.deepStrictEqual(read, value)
        expect(encode(read)).toBe(text)
      }),
      { numRuns: 500 }
    )
  })

  it("leave plain JSON as JSON.stringify writes it", () => {
    fc.assert(
      fc.property(plain(), (value) => {
        expect(encode(value)).toBe(JSON.stringify(value))
      })
    )
  })

  it("give objects without a prototype the plain one", () => {
    const bare = Object.assign(Object.create(null), { a: 1, at: new Date(0) })
    expect(decode(encode(bare))).toStrictEqual({ a: 1, at: new Date(0) })
    expect(decode(encode(Object.assign(Object.create(null), { a: 1 })))).toStrictEqual({ a: 1 })
  })

  it("take plain objects and arrays of another realm", () => {
    expect(decode(encode(vm.runInNewContext("({ a: [1, { b: 2n }] })")))).toStrictEqual({
      a: [1, { b: 2n }]
    })
  })

  it("write what two places share twice", () => {
    const shared = { at: new Date(0) }
    expect(encode([shared, shared])).toBe(`[${encode(shared)},${encode(shared)}]`)
  })

  it("forget where a regular expression would go on", () => {
    const pattern = /a/g
    pattern.lastIndex = 3
    expect(decode(encode(pattern))).toHaveProperty("lastIndex", 0)
  })

  it("tell a Uint8Array from a Buffer, and copy a view without what lies around it", () => {
    const view = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
    const read = decode(encode(view))
    expect(read).toStrictEqual(new Uint8Array([2, 3]))
    expect((read as Uint8Array).buffer.byteLength).toBe(2)
    expect(Buffer.isBuffer(decode(encode(Buffer.from("a"))))).toBe(true)
    expect(Buffer.isBuffer(read)).toBe(false)
  })

  it("take dates that a test clock made, and such that were made before it", () => {
    const before = new Date(5)
    vi.useFakeTimers({ now: 0 })
    try {
      expect(encode([before, new Date()])).toBe(
        '[{"$date":"1970-01-01T00:00:00.005Z"},{"$date":"1970-01-01T00:00:00.000Z"}]'
      )
    } finally {
      vi.useRealTimers()
    }
  })

  it.each<[string, (inner: unknown) => unknown]>([
    ["lists", (inner) => [inner]],
    ["objects", (inner) => ({ a: inner })],
    ["escaped objects", (inner) => ({ $a: inner })],
    ["maps", (inner) => new Map([["a", inner]])],
    ["instances of a class", (inner) => new Box(inner)],
    ["errors", (inner) => Object.assign(new Error("a"), { inner })]
  ])("take %s nested 1,000 deep", (_, wrap) => {
    let value: unknown = 1n
    for (let depth = 0; depth < 1_000; depth++) value = wrap(value)
    const text = encode(value)
    expect(encode(decode(text))).toBe(text)
    expect(decode(record([["a", text]]))).toHaveProperty("a")
  })
})

describe("decode", () => {
  it.each([
    ["text that is no JSON", "{", "value cannot be read: SyntaxError: "],
    [
      "an unknown marker",
      '[{"$temporal":"now"}]',
      "value[0] cannot be read: this release does not know $temporal"
    ],
    [
      "a marker that every object has",
      '{"$toString":1}',
      "value cannot be read: this release does not know $toString"
    ],
    ["a wrong date", '{"at":{"$date":"soon"}}', "value.at.$date cannot be read: it is no date"],
    ["a wrong constant", '{"$const":"toString"}', "value.$const cannot be read: it is no const"],
    ["a wrong bigint", '{"$bigint":"0x1"}', "value.$bigint cannot be read: it is no bigint"],
    ["a wrong URL", '{"$url":"nowhere"}', "value.$url cannot be read: it is no url"],
    [
      "a wrong regular expression",
      '{"$regexp":{"source":"(","flags":""}}',
      "value.$regexp cannot be read"
    ],
    ["wrong bytes", '{"$bytes":"#"}', "value.$bytes cannot be read: it is no bytes"],
    ["a map of no pairs", '{"$map":[[1,2,3]]}', "value.$map cannot be read: it is no map"],
    ["a set of no list", '{"$set":{"length":1}}', "value.$set cannot be read: it is no set"],
    [
      "an error without a name",
      '{"$error":{"message":"a"}}',
      "value.$error cannot be read: it is no error"
    ],
    ["a wrong escape", '{"$object":[1]}', "value.$object cannot be read: it is no object"],
    ["__proto__", '{"a":{"__proto__":{"b":1}}}', "value.a.__proto__ cannot be read"],
    ["__proto__, escaped", '{"a":{"\\u005f_proto__":{"b":1}}}', "value.a.__proto__ cannot be read"],
    [
      "__proto__ of an error",
      '{"$error":{"name":"a","message":"b","fields":{"__proto__":1}}}',
      "value.$error.fields.__proto__ cannot be read"
    ]
  ])("refuses %s", (_, text, message) => {
    expect(() => decode(text)).toThrow(
      expect.objectContaining({
        _tag: "UnreadableValue",
        message: expect.stringContaining(message)
      })
    )
  })

  it("names the value in its errors", () => {
    expect(() => decode('{"a":{"$new":1}}', undefined, "the input of run r1")).toThrow(
      "value.a of the input of run r1 cannot be read: this release does not know $new: it may come from a later one"
    )
  })

  it("reads any JSON or refuses it, and sets no prototype", () => {
    const text = fc
      .json({ noUnicodeString: false })
      .map((text) => text.replaceAll('"a', '"$error').replaceAll('"b', '"__proto__'))
    fc.assert(
      fc.property(text, (text) => {
        expect(["read", "UnreadableValue"]).toContain(outcomeOf(text))
        expect(Object.keys(Object.prototype)).toEqual([])
      })
    )
  })

  it("reads what is nested deeper than the stack", () => {
    const text = `${"[".repeat(100_000)}{"$date":null}${"]".repeat(100_000)}`
    let value = decode(text)
    while (Array.isArray(value)) value = value[0]
    expect(value).toStrictEqual(new Date(Number.NaN))
  })
})

/** "read", or the tag of what decoding threw. */
const outcomeOf = (text: string): unknown => {
  try {
    decode(text)
    return "read"
  } catch (error) {
    return Reflect.get(Object(error), "_tag")
  }
}

describe("record", () => {
  it("puts encoded members together as encode would have", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => key !== "__proto__"),
          storable(),
          { noNullPrototype: true }
        ),
        (members) => {
          const entries = Object.entries(members).map(
            ([name, member]) => [name, encode(member)] as const
          )
          expect(record(entries)).toBe(encode(members))
        }
      )
    )
  })

  it("escapes a single member whose name looks like a marker", () => {
    expect(decode(record([["$date", "1"]]))).toStrictEqual({ $date: 1 })
  })

  it("refuses a member called __proto__", () => {
    expect(() => record([["__proto__", "1"]])).toThrow(
      "value.__proto__ is a property that cannot be stored safely"
    )
  })
})
