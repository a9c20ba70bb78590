import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as z from "zod"
import { type StandardSchemaV1, toJsonSchema, type } from "../../src/task/StandardSchema.ts"

/** A schema that offers this as its JSON Schema extension. */
const offering = (jsonSchema: unknown): StandardSchemaV1 => {
  const standard = { ...type<unknown>()["~standard"], jsonSchema }
  return { "~standard": standard }
}

describe("type", () => {
  it("passes every value as it is", () => {
    const order = { id: "o1" }
    const { validate, vendor, version } = type<string>()["~standard"]
    expect({ vendor, version }).toEqual({ vendor: "onward", version: 1 })
    for (const value of [order, undefined, null, Number.NaN]) {
      const result = validate(value)
      expect(result).toEqual({ value })
    }
    expect(validate(order)).toHaveProperty("value", order)
  })
})

describe("toJsonSchema", () => {
  it("tells what goes in from what comes out", () => {
    const length = z.string().transform((text) => text.length)
    expect(toJsonSchema(length.pipe(z.number()), "input")).toMatchObject({ type: "string" })
    expect(toJsonSchema(length.pipe(z.number()), "output")).toMatchObject({ type: "number" })
  })

  it("finds none where the schema offers none", () => {
    expect(toJsonSchema(type<string>(), "input")).toBeUndefined()
    expect(toJsonSchema(Schema.toStandardSchemaV1(Schema.String), "input")).toBeUndefined()
    expect(toJsonSchema(offering({}), "output")).toBeUndefined()
  })

  it("finds none where the schema cannot say it", () => {
    expect(toJsonSchema(z.bigint(), "input")).toBeUndefined()
    const circular: Record<string, unknown> = {}
    circular["self"] = circular
    expect(toJsonSchema(offering({ input: () => circular }), "input")).toBeUndefined()
  })

  it("keeps nothing but JSON", () => {
    const schema = offering({ input: () => ({ type: "string", check: () => true }) })
    expect(toJsonSchema(schema, "input")).toEqual({ type: "string" })
  })
})
