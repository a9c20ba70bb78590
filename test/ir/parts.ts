// Small parts of random definitions: names, times, policies.
import * as fc from "fast-check"

export const maybe = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { nil: undefined })
/** Names that are hard on tables and paths included. */
export const name = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.stringMatching(/^[\w.-]{1,12}$/).filter((text) => text !== "__proto__"),
    fc.constantFrom("constructor", "toString", "timeout", "0", "10", "a.b", "-", "x".repeat(128))
  )

export const ownPart = (): fc.Arbitrary<string> =>
  fc.oneof(
    name(),
    fc.tuple(name(), fc.constantFrom("+fork", "+delay", "+delay2")).map((parts) => parts.join(""))
  )

/** Seldom twice the same, because what happens at the same time has no order. */
export const ms = (): fc.Arbitrary<number> =>
  fc.oneof(
    fc.constant(0),
    { weight: 4, arbitrary: fc.noBias(fc.integer({ min: 1, max: 20_000 })) },
    fc.noBias(fc.integer({ min: 0, max: 1_000_000_000 }))
  )

const retry = () =>
  fc.record(
    {
      maxRetries: fc.nat(4),
      initialDelayMs: ms(),
      factor: fc.integer({ min: 1, max: 10 }),
      maxDelayMs: ms(),
      jitter: fc.boolean()
    },
    { requiredKeys: ["maxRetries", "initialDelayMs"], noNullPrototype: true }
  )

export const policy = () =>
  fc.oneof(
    fc.constant({}),
    fc
      .record(
        { retry: retry(), timeoutMs: ms(), deadlineMs: ms(), undo: fc.record({ retry: retry() }) },
        { requiredKeys: [], noNullPrototype: true }
      )
      .map((policy) => ({ policy }))
  )

export const meta = () =>
  fc.oneof(
    fc.constant({}),
    fc.record({ description: fc.string(), tags: fc.array(fc.string()) }).map((meta) => ({ meta }))
  )

export const types = () => {
  const schema = fc.constantFrom({ type: "string" }, { type: "number" })
  return fc.option(fc.dictionary(fc.string(), schema, { noNullPrototype: true }), { nil: null })
}
