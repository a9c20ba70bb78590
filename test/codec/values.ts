// One value for each thing that the encoding can say, under the name that the golden file gives it.
import { storable } from "../../src/codec/Codec.ts"

/** A class as a user writes it: with private parts that only its own code can fill. */
export class Money {
  readonly #cents: bigint
  readonly currency: string
  constructor(cents: bigint, currency: string) {
    this.#cents = cents
    this.currency = currency
  }
  get cents(): bigint {
    return this.#cents
  }
  plus(other: Money): Money {
    return new Money(this.#cents + other.#cents, this.currency)
  }
}

storable("Money", {
  class: Money,
  encode: ({ cents, currency }) => ({ cents, currency }),
  decode: ({ cents, currency }) => new Money(cents, currency)
})

const error = <E extends Error>(error: E): E =>
  Object.assign(error, { stack: `${error.name}: at charge.ts:7:9` })

export const values: Readonly<Record<string, unknown>> = {
  null: null,
  "a boolean": true,
  "a number": 12.5,
  "a text": 'Grüße, "\n\u0007\ud83d\ude80 and half a pair: \ud83d',
  "a list": [1, "two", [3]],
  "an object": { id: "ord-1", lines: [{ sku: "A-1", quantity: 2 }], note: null },
  undefined: undefined,
  "not a number": Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  "minus infinity": Number.NEGATIVE_INFINITY,
  "minus zero": -0,
  "a bigint": -12345678901234567890n,
  "a date": new Date("2026-03-01T09:00:00.000Z"),
  "a date far away": new Date(8.64e15),
  "an invalid date": new Date(Number.NaN),
  "a URL": new URL("https://example.com/a?b=c#d"),
  "a regular expression": /^a\/b$/giu,
  bytes: new Uint8Array([0, 127, 255]),
  "a buffer": Buffer.from("onward"),
  "a map": new Map<unknown, unknown>([
    ["EUR", 1n],
    [{ key: "object" }, undefined]
  ]),
  "a set": new Set<unknown>([1, new Date(0), new Set([new Map()])]),
  "special values in plain ones": { at: new Date(0), list: [undefined, { n: Number.NaN }] },
  "an object that looks like a marker": { $date: "tomorrow" },
  "an object that looks like the escape": { $object: { $object: 1 } },
  "an object with a dollar and more": { $date: "tomorrow", b: 1 },
  "a special value under a dollar": { $at: new Date(0) },
  "an error": error(new TypeError("no such thing")),
  "an error with a cause": error(new Error("outer", { cause: error(new RangeError("inner")) })),
  "an error with fields": error(
    Object.assign(new Error("declined"), { _tag: "Declined", amount: 5n })
  ),
  "an error with errors": error(new AggregateError([1, "two"], "both")),
  "an error of the platform": error(new DOMException("was aborted", "AbortError")),
  "an instance of a class": new Money(1250n, "EUR")
}
