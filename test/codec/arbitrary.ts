// Random values of everything that can be stored, nested in one another.
import * as fc from "fast-check"
import { storable as declare } from "../../src/codec/Codec.ts"

/** Holds anything: what a class encodes to may be whatever can be stored. */
export class Box {
  readonly inner: unknown
  constructor(inner: unknown) {
    this.inner = inner
  }
}

declare("Box", {
  class: Box,
  encode: ({ inner }) => inner,
  decode: (inner) => new Box(inner)
})

export const storable = (): fc.Arbitrary<unknown> =>
  fc.letrec<{ value: unknown; leaf: unknown; node: unknown }>((tie) => ({
    value: fc.oneof({ depthSize: "small", withCrossShrink: true }, tie("leaf"), tie("node")),
    leaf: fc.oneof(
      fc.constant(null),
      fc.constant(undefined),
      fc.boolean(),
      fc.string({ unit: "binary" }),
      fc.constantFrom("$", "$date", "__proto__", "\ud800"),
      fc.double(),
      fc.integer(),
      fc.bigInt(),
      fc.date({ noInvalidDate: false }),
      fc.uint8Array().map((bytes) => Uint8Array.from(bytes)),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.webUrl().map((url) => new URL(url)),
      fc.constantFrom(/a/, /\//gi, /[\u{1F680}]/u, new RegExp(""))
    ),
    node: fc.oneof(
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(key(), tie("value"), { maxKeys: 4, noNullPrototype: true }),
      fc.tuple(key(), tie("value")).map((member) => Object.fromEntries([member])),
      fc
        .array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 })
        .map((pairs) => new Map(pairs)),
      fc.array(tie("value"), { maxLength: 3 }).map((members) => new Set(members)),
      tie("value").map((inner) => new Box(inner)),
      fc.tuple(fc.string(), tie("value")).map(([message, cause]) => new Error(message, { cause })),
      fc
        .dictionary(fc.constantFrom("_tag", "code", "name", "errors", "$date"), tie("value"), {
          noNullPrototype: true
        })
        .map((fields) => Object.assign(new RangeError("random"), fields, { name: "Random" })),
      fc.array(tie("value"), { maxLength: 3 }).map((errors) => new AggregateError(errors, "many"))
    )
  })).value

/** JSON of the usual kind. */
export const plain = (): fc.Arbitrary<unknown> =>
  fc.jsonValue({ noUnicodeString: false }).filter(isPlain)

const key = (): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.string(),
      fc.constantFrom("$", "$date", "$object", "$error", "$new", "constructor", "0", "fields")
    )
    .filter((text) => text !== "__proto__")

const isPlain = (value: unknown): boolean =>
  !/-0|__proto__|"\$/.test(JSON.stringify(value)) && !hasMinusZero(value)

const hasMinusZero = (value: unknown): boolean =>
  typeof value === "object" && value !== null
    ? Object.values(value).some(hasMinusZero)
    : Object.is(value, -0)
