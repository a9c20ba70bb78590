// Classes of a user that the codec brings back. Each is declared once, beside the class: whoever can make an
// instance can store it, and any process that has loaded the class can read it. There is nothing to pass around,
// so a class that was stored in this process is never unknown to it.
import * as Data from "effect/Data"

/**
 * Tells the compiler that a class is declared with `storable`: `declare readonly [stored]: true`. Needed where
 * the class has methods. Types only; nothing at run time.
 */
export const stored: unique symbol = Symbol("onward/stored")

/** An instance of a class that says of itself that it can be stored. */
export interface Storable {
  readonly [stored]: true
}

export interface StorableOptions<Instance extends object, Plain> {
  /** Its constructor may be private: it is not called. */
  readonly class: Function & { readonly prototype: Instance }
  /** What is stored of an instance: anything that can be stored, other storable classes among it. */
  readonly encode: (instance: Instance) => Plain
  /** An instance of what `encode` returned; also of what older releases of yours returned. */
  readonly decode: (plain: Plain) => Instance
}

/** A class cannot be declared as storable as it was asked. */
export class InvalidStorable extends Data.TaggedError("InvalidStorable")<{
  readonly name: string
  readonly fault: string
}> {
  override get message(): string {
    return `storable("${this.name}"): ${this.fault}`
  }
}

/** What the codec knows of a class. */
export interface StoredClass {
  readonly name: string
  readonly class: Function
  readonly encode: (instance: object) => unknown
  readonly decode: (plain: unknown) => unknown
}

const byName = new Map<string, StoredClass>()
const byPrototype = new WeakMap<object, StoredClass>()

/**
 * Has instances of exactly this class stored under `name`, which stays for good. Throws `InvalidStorable`, also
 * when another class has the name. The same class again, from a module that was loaded twice, takes its place.
 */
export const storable = <Instance extends object, Plain>(
  name: string,
  options: StorableOptions<Instance, Plain>
): void => {
  const refuse = (fault: string): never => {
    throw new InvalidStorable({ name, fault })
  }
  if (typeof name !== "string" || name === "") refuse("the name is no text: give one, for good")
  for (const key of ["class", "encode", "decode"] as const) {
    if (typeof options?.[key] !== "function") refuse(`'${key}' is no ${expected[key]}: give one`)
  }
  const { class: given, decode, encode } = options
  if (builtins.has(given)) refuse("this class of the language needs no declaration")
  const twin = byName.get(name)
  if (twin !== undefined && String(twin.class) !== String(given)) {
    refuse("another class has this name: values are found by it, so give one of them another")
  }
  const own = byPrototype.get(given.prototype)
  if (own !== undefined && own.name !== name) {
    refuse(`the class is declared as "${own.name}" already: remove one of the two`)
  }
  // Sound: `encode` is only called with an instance of this class, `decode` with what `encode` returned.
  const known = { name, class: given, encode, decode } as unknown as StoredClass
  byName.set(name, known)
  byPrototype.set(given.prototype, known)
}

const expected = { class: "class", encode: "function", decode: "function" } as const

/** What the codec knows without being told, or can never meet as an instance. */
const builtins: ReadonlySet<unknown> = new Set<unknown>([
  Object,
  Array,
  Function,
  Promise,
  Error,
  Date,
  Map,
  Set,
  URL,
  RegExp,
  Uint8Array,
  Buffer
])

/** The class that `object` is an instance of, when it is declared; not one that it extends. */
export const classOfInstance = (object: object): StoredClass | undefined => {
  const prototype: object | null = Object.getPrototypeOf(object)
  return prototype === null ? undefined : byPrototype.get(prototype)
}

/** Why an instance cannot be made of what was stored. */
export class UnknownInstance extends Error {}

/** An instance of the class of this name. Throws `UnknownInstance`. */
export const toInstance = (name: string, plain: unknown): unknown => {
  const known = byName.get(name)
  if (known === undefined) {
    const advice = `import the module that calls storable("${name}", ...) where the value is read`
    throw new UnknownInstance(`the class '${name}' is not declared in this process: ${advice}`)
  }
  try {
    return known.decode(plain)
  } catch (cause) {
    throw new UnknownInstance(`the decode of storable '${name}' threw ${String(cause)}`)
  }
}
