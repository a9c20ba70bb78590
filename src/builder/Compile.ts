// A chain of calls to a definition and the functions that it names. A node is written, then its regions, then what follows it:
// the table of nodes reads like the workflow.
import type { Definition } from "../ir/Definition.ts"
import type { FunctionEntry, TaskEntry } from "../task/Registry.ts"
import type { StandardSchemaV1 } from "../task/StandardSchema.ts"
import { isName } from "../task/Task.ts"
import { Assembly } from "./Assembly.ts"
import type { Chain } from "./Builder.ts"
import { DuplicateId, InvalidName } from "./CompileError.ts"
import { inSight, namesOf, toRegion, upcoming } from "./Region.ts"

export interface Source {
  readonly workflow: string
  readonly version: string
  readonly input: StandardSchemaV1
  readonly chain: Chain
}

export interface Compiled {
  readonly definition: Definition
  readonly signals: Readonly<Record<string, StandardSchemaV1>>
  readonly tasks: ReadonlyMap<string, TaskEntry>
  readonly functions: ReadonlyMap<string, FunctionEntry>
}

/** Compiles `source`. Throws an error of CompileError.ts, or `InvalidDefinition`. */
export const compile = (source: Source): Compiled => {
  const assembly = new Assembly(source)
  const trunk = toRegion(source.chain, "")
  const entry = upcoming(trunk)
  const names = new Set<string>()
  const stack = [trunk]
  for (let region = stack.at(-1); region !== undefined; region = stack.at(-1)) {
    const item = region.items[region.at++]
    if (item === undefined) {
      stack.pop()
      // What a catch encloses stays in sight of what follows: it lies on the same path.
      if (region.isEnclosed) continue
      for (const seen of namesOf(region.items)) names.delete(seen)
      continue
    }
    const at = { workflow: source.workflow, node: region.path + item.name }
    const given = item.element._tag === "Keep" ? item.element.id : item.id
    const seen = inSight(item)
    if (given !== undefined && seen !== undefined) {
      if (!isName(given)) throw new InvalidName({ ...at, name: String(given) })
      if (names.has(seen)) throw new DuplicateId({ ...at, id: given })
      names.add(seen)
    }
    const place = { ...at, next: upcoming(region), path: region.path }
    stack.push(...assembly.add(item, place).toReversed())
  }
  return assembly.finish(entry)
}
