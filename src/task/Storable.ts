// What can be stored, decided by the compiler where a value is made. Two phases: `Flaw` decides, without a path in
// its arguments, so it is worked out once a type; `Why` writes the sentence, and only after a failure.
// The compiler sees neither prototypes nor private fields, so the codec checks again at run time.
// `any` occurs here as a bound only.
import type { Effect } from "effect/Effect"
import type { Storable } from "../codec/Codec.ts"
import type { SchemaOutput, StandardSchemaV1 } from "./StandardSchema.ts"

/** What is left when the Promise or Effect that a function returned is done. */
export type OutputOf<Returned> =
  Returned extends Promise<infer A>
    ? A
    : Returned extends Effect<infer A, any, any>
      ? A
      : Returned extends PromiseLike<any>
        ? Awaited<Returned>
        : Returned

/** What a returned Effect fails with. */
export type ErrorOf<Returned> = Returned extends AnyEffect
  ? Returned extends Effect<any, infer E, any>
    ? E
    : never
  : never

/** What a returned Effect requires. */
export type RequirementsOf<Returned> = Returned extends AnyEffect
  ? Returned extends Effect<any, any, infer R>
    ? R
    : never
  : never

/** `Returned` when its output can be stored, else a sentence that says why not. */
export type Stored<Returned> = [Flaw<OutputOf<Returned>>] extends [never]
  ? Returned
  : NoInfer<Explain<Returned>>

/** `infer` keeps the compiler from working out the sentence as a context for each literal that is returned. */
type Explain<Returned> = Why<OutputOf<Returned>, "output"> extends infer Sentence ? Sentence : never

/** `S` when what it gives can be stored, else a sentence that says why not. */
export type StoredSchema<S extends StandardSchemaV1, Path extends string> = [
  Flaw<SchemaOutput<S>>
] extends [never]
  ? S
  : NoInfer<Why<SchemaOutput<S>, Path>>

/** The kinds of what cannot be stored in `T`. Most values are flat, which one relation finds out; `any` passes. */
type Flaw<T, Depth extends keyof Shallower = 5> = 0 extends 1 & T
  ? never
  : T extends { readonly [K in keyof T]: Plain }
    ? T extends AnyFunction
      ? "function"
      : T extends symbol
        ? "symbol"
        : never
    : FlawInside<T, Depth>

type FlawInside<T, Depth extends keyof Shallower> = [Depth] extends [never]
  ? never // deeper than this the codec decides
  : T extends ReadonlyArray<infer Item>
    ? Flaw<Item, Shallower[Depth]>
    : [Extract<T[keyof T], AnyFunction>] extends [never]
      ? T extends AnyEffect
        ? T extends Error // one that can be yielded is an Effect too
          ? never
          : "effect"
        : { [K in keyof T]-?: Flaw<T[K], Shallower[Depth]> }[keyof T]
      : FlawOfClass<T, Shallower[Depth]>

/** Only what has a method is worth comparing with the classes of the language and those declared with `storable`. */
type FlawOfClass<T, Depth extends keyof Shallower> = T extends
  | Date
  | Uint8Array
  | URL
  | RegExp
  | Error
  | Storable
  ? never
  : T extends PromiseLike<any>
    ? "promise"
    : T extends AnyEffect
      ? "effect"
      : T extends ReadonlyMap<infer Key, infer Value>
        ? Flaw<Key, Depth> | Flaw<Value, Depth>
        : T extends ReadonlySet<infer Item>
          ? Flaw<Item, Depth>
          : "function"

type Why<T, Path extends string, Depth extends keyof Shallower = 5> = [Flaw<T, Depth>] extends [
  never
]
  ? never
  : T extends ReadonlyArray<infer Item>
    ? Why<Item, `${Path}[]`, Shallower[Depth]>
    : T extends ReadonlyMap<infer Key, infer Value>
      ?
          | Why<Key, `${Path}.<key>`, Shallower[Depth]>
          | Why<Value, `${Path}.<value>`, Shallower[Depth]>
      : T extends ReadonlySet<infer Item>
        ? Why<Item, `${Path}.<item>`, Shallower[Depth]>
        : T extends PromiseLike<any> | AnyEffect | AnyFunction | symbol
          ? `${Path} ${Sentence[Flaw<T, Depth> & keyof Sentence]}`
          : WhyProperty<T, Path, Depth>

type WhyProperty<T, Path extends string, Depth extends keyof Shallower> = {
  [K in keyof T & (string | number)]-?: Why<T[K], `${Path}.${K}`, Shallower[Depth]>
}[keyof T & (string | number)]

interface Sentence {
  function: "is a function: return plain data, or give the task an output schema"
  symbol: "is a symbol: it cannot be stored"
  promise: "is a Promise: did you forget 'await'?"
  effect: "is an Effect: did you forget 'yield*'?"
}

type AnyFunction = (...args: any) => any
type AnyEffect = Effect<any, any, any>
type Primitive = string | number | boolean | bigint | null | undefined | void

/** Plain data without named interfaces: those are no index signature. */
type Plain = Primitive | ReadonlyArray<Plain> | { readonly [key: string]: Plain }

/** An interface and no tuple: a tuple indexed by `never` gives the union of its elements. */
interface Shallower {
  5: 4
  4: 3
  3: 2
  2: 1
  1: 0
  0: never
}
