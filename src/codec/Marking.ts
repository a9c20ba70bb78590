// The slow way to encode: copies a value into JSON, with markers for what JSON does not know.
// It knows at each moment where it is, so that a fault is named by its path. Strict, it throws the
// first fault; lenient, it puts words in brackets in its place and goes on.
import { types } from "node:util"
import { classOf, describe, isError, isExactly, isPlain, isPlainArray } from "./Class.ts"
import { type constants, type ErrorJson, type Json, looksMarked, mark, maxDepth } from "./Marker.ts"
import { formatPath, type Step } from "./Path.ts"
import { isJsonNumber } from "./Plain.ts"
import { classOfInstance, type StoredClass } from "./StoredClass.ts"
import { type NotStorable, ValueNotStorable } from "./ValueNotStorable.ts"

export interface MarkingOptions {
  readonly maxBytes: number
  readonly isLenient: boolean
}

/** One pass over one value. */
export class Marking {
  readonly #options: MarkingOptions
  readonly #path: Array<Step> = []
  readonly #ancestors = new Set<object>()
  /** How many values may still come. */
  #left: number

  constructor(options: MarkingOptions) {
    this.#options = options
    this.#left = valuesIn(options.maxBytes)
  }

  /** `value` as JSON. Throws `ValueNotStorable`; when lenient, only for the size. */
  mark(value: unknown): Json {
    this.#left--
    if (this.#left < 0) throw tooLarge(this.#options.maxBytes)
    switch (typeof value) {
      case "string":
      case "boolean":
        return value
      case "number":
        return isJsonNumber(value) ? value : mark("$const", constantOf(value))
      case "undefined":
        return mark("$const", "undefined")
      case "bigint":
        return mark("$bigint", String(value))
      case "object":
        return value === null ? null : this.#enter(value)
      case "function":
        return this.#refuse("function")
      case "symbol":
        return this.#refuse("symbol")
    }
  }

  #enter(object: object): Json {
    if (this.#ancestors.has(object)) return this.#refuse("cycle")
    if (this.#ancestors.size === maxDepth) return this.#refuse("depth", String(maxDepth))
    this.#ancestors.add(object)
    const json = this.#markObject(object)
    this.#ancestors.delete(object)
    return json
  }

  #markObject(object: object): Json {
    if (isPlain(object)) return this.#markPlain(object)
    if (isPlainArray(object)) return this.#markArray(object)
    const known = classOfInstance(object)
    if (known !== undefined) return this.#markInstance(object, known)
    if (isError(object)) return mark("$error", this.#markError(object))
    if (types.isUint8Array(object) && isExactly(object, Uint8Array))
      return mark("$bytes", base64(object))
    if (types.isUint8Array(object) && isExactly(object, Buffer))
      return mark("$buffer", base64(object))
    const builtin = this.#markBuiltin(object)
    if (builtin === undefined) return this.#refuseInstance(object)
    this.#refuseExtras(Object.keys(object))
    return builtin
  }

  #markBuiltin(object: object): Json | undefined {
    if (types.isDate(object) && isExactly(object, RealDate)) return mark("$date", isoOf(object))
    if (types.isMap(object) && isExactly(object, Map)) return this.#markMap(object)
    if (types.isSet(object) && isExactly(object, Set)) return this.#markSet(object)
    if (types.isRegExp(object) && isExactly(object, RegExp)) return mark("$regexp", partsOf(object))
    if (object instanceof URL && isExactly(object, URL)) return mark("$url", object.href)
    return undefined
  }

  #markPlain(object: object): Json {
    for (const key of Object.getOwnPropertySymbols(object)) this.#refuseSymbolKey(object, key)
    const members = this.#markMembers(object, Object.keys(object))
    return looksMarked(Object.keys(members)) ? mark("$object", members) : members
  }

  #markMembers(object: object, keys: ReadonlyArray<string>): Record<string, Json> {
    const members: Record<string, Json> = {}
    for (const key of keys) {
      if (key === "__proto__") this.#refuseAt(key, "proto")
      else members[key] = this.#markProperty(object, key)
    }
    return members
  }

  #markArray(array: ReadonlyArray<unknown>): Json {
    const keys = Object.keys(array)
    this.#refuseExtras(keys.slice(keys.findLastIndex(isIndex) + 1))
    const elements: Array<Json> = []
    for (let index = 0; index < array.length; index++) {
      const isHole = !Object.hasOwn(array, index)
      elements.push(isHole ? this.#refuseAt(index, "hole") : this.#markProperty(array, index))
    }
    return elements
  }

  #markInstance(instance: object, { encode, name }: StoredClass): Json {
    let plain: unknown
    try {
      plain = encode(instance)
    } catch (cause) {
      return this.#refuse("encode", `'${name}' threw ${String(cause)}`)
    }
    return mark("$class", { name, value: this.#markPart({ call: "encode()" }, plain) })
  }

  #markMap(map: ReadonlyMap<unknown, unknown>): Json {
    const pairs: Array<readonly [Json, Json]> = []
    for (const [key, value] of map) {
      const index = pairs.length
      const keyJson = this.#markPart({ call: `keys()[${index}]` }, key)
      pairs.push([keyJson, this.#markPart({ call: valueCall(key, index) }, value)])
    }
    return mark("$map", pairs)
  }

  #markSet(set: ReadonlySet<unknown>): Json {
    const members: Array<Json> = []
    for (const member of set) {
      members.push(this.#markPart({ call: `values()[${members.length}]` }, member))
    }
    return mark("$set", members)
  }

  #markError(error: Error): ErrorJson {
    const name = this.#textOf(error, "name")
    const className = classOf(error)
    const stack = this.#textOf(error, "stack")
    const keys = Object.keys(error).filter((key) => key !== "stack")
    return {
      name,
      message: this.#textOf(error, "message"),
      ...(className === name || className === "" ? {} : { class: className }),
      ...(stack === "" ? {} : { stack }),
      ...this.#markHidden(error, "cause"),
      ...this.#markHidden(error, "errors"),
      ...(keys.length === 0 ? {} : { fields: this.#markMembers(error, keys) })
    }
  }

  /** What an Error keeps in properties of its own that are not enumerable. */
  #markHidden(error: Error, key: "cause" | "errors"): { readonly [key: string]: Json } {
    const property = Object.getOwnPropertyDescriptor(error, key)
    if (property === undefined || property.enumerable === true) return {}
    return { [key]: this.#markProperty(error, key) }
  }

  #textOf(error: Error, key: "name" | "message" | "stack"): string {
    // Anybody may have put anything there.
    const found = (): unknown => error[key] ?? ""
    const read = attempt(() => String(found()))
    if (read === undefined) this.#refuseAt(key, "throws")
    return read?.value ?? ""
  }

  #markProperty(object: object, key: string | number): Json {
    const read = attempt((): unknown => Reflect.get(object, key))
    return read === undefined ? this.#refuseAt(key, "throws") : this.#markPart(key, read.value)
  }

  #markPart(step: Step, value: unknown): Json {
    this.#path.push(step)
    const json = this.mark(value)
    this.#path.pop()
    return json
  }

  #refuseInstance(object: object): Json {
    if (types.isPromise(object)) return this.#refuse("promise")
    if (effectKey in object) return this.#refuse("effect")
    return this.#refuse("class", describe(object))
  }

  #refuseSymbolKey(object: object, key: symbol): void {
    const isEnumerable = Object.prototype.propertyIsEnumerable.call(object, key)
    if (isEnumerable) this.#refuseAt({ call: String(key) }, "symbolKey")
  }

  #refuseExtras(keys: ReadonlyArray<string>): void {
    for (const key of keys) this.#refuseAt(key, "extra")
  }

  #refuseAt(step: Step, kind: NotStorable): Json {
    this.#path.push(step)
    const json = this.#refuse(kind)
    this.#path.pop()
    return json
  }

  /** Strict, the end; lenient, what stands in the place of what cannot be stored. */
  #refuse(kind: NotStorable, detail?: string): Json {
    if (this.#options.isLenient) return `[${detail ?? kind}]`
    throw this.fault(kind, detail)
  }

  /** A fault of the part that is being marked, or that was when marking threw. */
  fault(kind: NotStorable, detail?: string): ValueNotStorable {
    const path = formatPath(this.#path)
    return new ValueNotStorable({ path, kind, ...(detail === undefined ? {} : { detail }) })
  }
}

export const tooLarge = (maxBytes: number): ValueNotStorable =>
  new ValueNotStorable({ path: formatPath([]), kind: "size", detail: String(maxBytes) })

/** Read once: a test clock puts another in its place, whose instances still name this one. */
const RealDate = Date

/** The property by which Effect knows its own. */
const effectKey = "~effect/Effect"

/**
 * The most values that fit into so many bytes: each takes two or more, with its comma or brackets.
 */
export const valuesIn = (bytes: number): number => bytes / 2 + 1

/** What `read` returns; undefined when it throws. */
const attempt = <A>(read: () => A): { readonly value: A } | undefined => {
  try {
    return { value: read() }
  } catch {
    return undefined
  }
}

const isoOf = (date: Date): string | null =>
  Number.isNaN(date.getTime()) ? null : date.toISOString()

const partsOf = ({ source, flags }: RegExp) => ({ source, flags })

const base64 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64")

const constantOf = (value: number): keyof typeof constants =>
  value === 0 ? "-0" : Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity"

/** Elements come first among the keys of an array. */
const isIndex = (key: string): boolean => /^\d+$/.test(key)

const valueCall = (key: unknown, index: number): string =>
  typeof key === "string" ? `get(${JSON.stringify(key)})` : `values()[${index}]`
