// Follows a name from the file that mentions it to the file that declares it: through imports,
// barrels, renames, namespaces, `paths` and package exports. A file outside the project is scanned
// when a name leads into it.
import type { FileFacts, IdExpression, Imported, Path } from "./Facts.ts"
import { library, type Resolver } from "./Resolver.ts"

/** Where a name ends: at an export of this library, or at a path in the module that declares it. */
export type Target =
  | { readonly _tag: "Library"; readonly name: string }
  | { readonly _tag: "Module"; readonly file: string; readonly path: Path }

export type Evaluated = { readonly value: string } | { readonly why: string }

/**
 * What is left of a path, and the exports that were passed on the way: barrels may import each
 * other.
 */
interface Trail {
  readonly rest: Path
  readonly seen: ReadonlySet<string>
}

/** A constant that names a constant that names ... ends here. */
const depthMax = 50

export class Names {
  readonly #facts: (file: string) => FileFacts | undefined
  readonly #resolve: Resolver

  constructor(facts: (file: string) => FileFacts | undefined, resolve: Resolver) {
    this.#facts = facts
    this.#resolve = resolve
  }

  /** Where `path` leads to when it is written in `file`. */
  follow(file: string, path: Path): Target | undefined {
    return this.#follow(file, path, new Set())
  }

  /** The string that `id` spells in `file`, or why there is none. */
  evaluate(file: string, id: IdExpression): Evaluated {
    return this.#evaluate(file, id, 0)
  }

  #follow(file: string, path: Path, seen: ReadonlySet<string>): Target | undefined {
    const [head, ...rest] = path
    if (head === undefined) return undefined
    const imported = this.#facts(file)?.imports.get(head)
    return imported === undefined
      ? { _tag: "Module", file, path }
      : this.#import(file, imported, { rest, seen })
  }

  #import(file: string, imported: Imported, { rest, seen }: Trail): Target | undefined {
    const module = this.#resolve(file, imported.from)
    const [name, ...tail] = imported.name === "*" ? rest : [imported.name, ...rest]
    if (module === undefined || name === undefined) return undefined
    return this.#export(module, name, { rest: tail, seen })
  }

  #export(file: string, name: string, { rest, seen }: Trail): Target | undefined {
    if (file === library) return rest.length === 0 ? { _tag: "Library", name } : undefined
    const key = `${file}#${name}`
    const module = this.#facts(file)
    if (module === undefined || seen.has(key)) return undefined
    const trail = { rest, seen: new Set([...seen, key]) }
    const own = module.exports.get(name)
    if (typeof own === "string") return this.#follow(file, [own, ...rest], trail.seen)
    if (own !== undefined) return this.#import(file, own, trail)
    return name === "default" ? undefined : this.#starExport(file, name, trail)
  }

  #starExport(file: string, name: string, trail: Trail): Target | undefined {
    for (const from of this.#facts(file)?.stars ?? []) {
      const module = this.#resolve(file, from)
      const found = module === undefined ? undefined : this.#export(module, name, trail)
      // Everything of the library is exported again by `export * from "onward"`; what is ours is
      // known by name.
      if (found !== undefined && (found._tag === "Module" || isDeclarer(found.name))) return found
    }
    return undefined
  }

  #evaluate(file: string, id: IdExpression, depth: number): Evaluated {
    switch (id._tag) {
      case "Literal":
        return { value: id.value }
      case "Computed":
        return { why: id.why }
      case "Joined": {
        let value = ""
        for (const part of id.parts) {
          const evaluated = this.#evaluate(file, part, depth + 1)
          if ("why" in evaluated) return evaluated
          value += evaluated.value
        }
        return { value }
      }
      case "Name": {
        const target = this.follow(file, id.path)
        const constant =
          target?._tag === "Module" ? this.#constant(target.file, target.path) : undefined
        if (target?._tag !== "Module" || constant === undefined || depth > depthMax) {
          return { why: `'${id.path.join(".")}' is not a constant string` }
        }
        return this.#evaluate(target.file, constant, depth + 1)
      }
    }
  }

  /**
   * The constant at `path`; a prefix that is another name is followed: `const ids = allIds`, then
   * `ids.ship`.
   */
  #constant(file: string, path: Path): IdExpression | undefined {
    const constants = this.#facts(file)?.constants
    const exact = constants?.get(path.join("."))
    if (exact !== undefined) return exact
    for (let length = path.length - 1; length > 0; length--) {
      const prefix = constants?.get(path.slice(0, length).join("."))
      if (prefix?._tag === "Name") {
        return { _tag: "Name", path: [...prefix.path, ...path.slice(length)] }
      }
    }
    return undefined
  }
}

export const isDeclarer = (name: string): boolean => name === "task" || name === "workflow"
