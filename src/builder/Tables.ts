// What a definition names, each under one name: whatever a stored run asks for is found here. The same name for two
// things is refused.
import type { Json } from "effect/Schema"
import type { FunctionEntry, TaskEntry } from "../task/Registry.ts"
import { type StandardSchemaV1, toJsonSchema } from "../task/StandardSchema.ts"
import { NameConflict } from "./CompileError.ts"
import { type Place, where } from "./Site.ts"

export class Tables {
  readonly signals = new Map<string, StandardSchemaV1>()
  readonly tasks = new Map<string, TaskEntry>()
  readonly functions = new Map<string, FunctionEntry>()
  /** JSON Schemas where they are known, by place. */
  readonly types = new Map<string, Json>()

  addSignal(place: Place, name: string, schema: StandardSchemaV1): void {
    const known = this.signals.get(name) ?? schema
    if (known !== schema) throw new NameConflict({ ...where(place), kind: "signal", name })
    this.signals.set(name, schema)
    this.addType(`signal ${name}`, schema, "input")
  }

  addTask(place: Place, name: string, entry: TaskEntry): void {
    const known = this.tasks.get(name) ?? entry
    if (known !== entry) throw new NameConflict({ ...where(place), kind: "task", name })
    this.tasks.set(name, entry)
  }

  addFunction({ node, workflow }: Place, role: string, fn: FunctionEntry): string {
    const name = `${workflow}#${node}@${role}`
    this.functions.set(name, fn)
    return name
  }

  addType(place: string, schema: StandardSchemaV1 | undefined, side: "input" | "output"): void {
    if (schema === undefined || this.types.has(place)) return
    const found = toJsonSchema(schema, side)
    if (found !== undefined) this.types.set(place, found)
  }
}
