// The arms of a route: each key of the value has one, and no other is there.

/** A key as it names an arm. */
export type NameOf<Key> = Key extends string | number | boolean ? `${Key}` : never

/** Properties that hold one of a few values. */
export type Discriminant<T> = {
  [K in keyof T & string]: string extends T[K]
    ? never
    : number extends T[K]
      ? never
      : T[K] extends string | number | boolean
        ? K
        : never
}[keyof T & string]

/** The members of a union whose `Property` reads `Key`; all of them for `"*"`. */
export type Member<T, Property extends keyof T, Key> = Key extends "*"
  ? T
  : T extends unknown
    ? Key extends NameOf<T[Property]>
      ? NameOf<T[Property]> extends Key
        ? T
        : T & { readonly [_ in Property]: Named<T[Property], Key> }
      : never
    : never

type Named<Value, Key> = Value extends unknown ? (NameOf<Value> extends Key ? Value : never) : never

/**
 * `Arms` when each key has one and each one a key, or a sentence. Where the compiler has not looked at `select` yet,
 * `Key` is all that it can be, and nothing is refused.
 */
export type Cases<Arms, Key> = [string | number | boolean] extends [Key]
  ? Arms
  : [Exclude<NameOf<keyof Arms>, NameOf<Key> | "*">] extends [never]
    ? "*" extends keyof Arms
      ? Arms
      : [Exclude<NameOf<Key>, NameOf<keyof Arms>>] extends [never]
        ? Arms
        : NoInfer<Missing<Key, Exclude<NameOf<Key>, NameOf<keyof Arms>>>>
    : NoInfer<`'${Exclude<NameOf<keyof Arms>, NameOf<Key> | "*">}' is never selected`>

type Missing<Key, Name extends string> = string extends Key
  ? "The keys are any string: add an arm '*' for those without one"
  : number extends Key
    ? "The keys are any number: add an arm '*' for those without one"
    : `No arm for '${Name}'`
