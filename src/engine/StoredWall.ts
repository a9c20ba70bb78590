// The wall of a durable run: values as the text that the codec wrote.
import * as Codec from "../codec/Codec.ts"
import * as Failure from "../task/Failure.ts"
import type { WorkflowEntry } from "../task/Registry.ts"
import { InvalidTaskValue } from "./Attempt.ts"
import type { Binding } from "./Binding.ts"
import type { Wall } from "./Wall.ts"

/** The wall of all runs of one definition. */
export const wallOf = (binding: Binding): Wall<string> => {
  const known = walls.get(binding)
  if (known !== undefined) return known
  const wall = stored(errorClasses(binding.errors))
  walls.set(binding, wall)
  return wall
}

const walls = new WeakMap<Binding, Wall<string>>()

/** Values as text. Errors come back with the class of their name, when it is one of `classes`. */
const stored = (classes: Codec.ErrorClasses): Wall<string> => ({
  encode: Codec.encode,
  decode: (text) => Codec.decode(text, classes),
  encodeError: Codec.encodeError,
  record: Codec.record,
  list: Codec.list,
  elements: (text) => Codec.elements(text, classes)
})

/** Classes of errors by name: those of the tasks, and those that the engine raises in their place. */
export const errorClasses = (declared: Iterable<Codec.ErrorClass>): Codec.ErrorClasses =>
  Codec.errorClasses([
    ...declared,
    ...Object.values(Failure),
    InvalidTaskValue,
    Codec.ValueNotStorable,
    Codec.UnreadableValue,
    Codec.UnreadableSeal
  ])

/** The classes of errors that a run of this workflow may fail with, put together once. */
export const classesOf = (workflow: WorkflowEntry): Codec.ErrorClasses => {
  const known = classes.get(workflow)
  if (known !== undefined) return known
  const made = errorClasses([...workflow.tasks.values()].flatMap(({ errors }) => errors))
  classes.set(workflow, made)
  return made
}

const classes = new WeakMap<WorkflowEntry, Codec.ErrorClasses>()
