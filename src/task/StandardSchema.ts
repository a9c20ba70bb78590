// The Standard Schema interface, version 1, so that zod, valibot, arktype and Effect schemas can be handed in
// without this package knowing any of them. The specification (https://standardschema.dev) asks for this copy:
// an own declaration is structural, so it costs no dependency.
// `jsonSchema` is its JSON Schema extension: a schema may offer it, nothing here demands it.
import type { Json } from "effect/Schema"

/** Anything that can check a value: `Input` is what it accepts, `Output` what it makes of it. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly "~standard": StandardSchemaV1.Props<Input, Output>
}

export declare namespace StandardSchemaV1 {
  export interface Props<Input = unknown, Output = Input> {
    readonly version: 1
    readonly vendor: string
    readonly validate: (
      value: unknown,
      options?: { readonly libraryOptions?: Record<string, unknown> | undefined } | undefined
    ) => Result<Output> | Promise<Result<Output>>
    readonly types?: Types<Input, Output> | undefined
  }

  export interface Types<Input = unknown, Output = Input> {
    readonly input: Input
    readonly output: Output
  }

  export type Result<Output> = Success<Output> | Failure

  export interface Success<Output> {
    readonly value: Output
    readonly issues?: undefined
  }

  export interface Failure {
    readonly issues: ReadonlyArray<Issue>
  }

  export interface Issue {
    readonly message: string
    readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
  }
}

/** What a caller may pass where `S` is asked for. */
export type SchemaInput<S extends StandardSchemaV1> = NonNullable<S["~standard"]["types"]>["input"]

/** What the program receives after `S` has checked it. */
export type SchemaOutput<S extends StandardSchemaV1> = NonNullable<
  S["~standard"]["types"]
>["output"]

/** A schema that passes every value, for a type that needs no check at run time. */
export const type = <A>(): StandardSchemaV1<A> => passThrough as StandardSchemaV1<A> // sound: it claims nothing

/** Whether `schema` checks nothing. */
export const isPassThrough = (schema: StandardSchemaV1): boolean => schema === passThrough

const passThrough: StandardSchemaV1 = {
  "~standard": { version: 1, vendor: "onward", validate: (value) => ({ value }) }
}

/** Whether this value can check values. */
export const isStandardSchema = (value: unknown): value is StandardSchemaV1 =>
  ((typeof value === "object" && value !== null) || typeof value === "function") &&
  "~standard" in value

/** The JSON Schema of one side of `schema`, or undefined where it offers none. Never throws. */
export const toJsonSchema = (
  schema: StandardSchemaV1,
  side: "input" | "output"
): Json | undefined => {
  try {
    const { jsonSchema } = schema["~standard"] as OffersJsonSchema // sound: `?.` and the catch bear its absence
    const found = jsonSchema?.[side]?.({ target: "draft-2020-12" })
    // A round trip drops whatever is no JSON, so that the definition stays plain data.
    return found === undefined ? undefined : JSON.parse(JSON.stringify(found))
  } catch {
    return undefined
  }
}

interface OffersJsonSchema {
  readonly jsonSchema?: {
    readonly [side in "input" | "output"]?: (options: { readonly target: string }) => unknown
  }
}
