// Second stage: joins the facts of all files. Keeps the calls whose callee is really ours, spells
// out their ids, and finds how a worker reaches each value: by an export of its module, or through
// a workflow that uses it.
import type { Declaration, FileFacts, Path } from "./Facts.ts"
import type { Evaluated, Names } from "./Names.ts"
import { compare } from "./Problem.ts"

export interface Linked {
  readonly tasks: ReadonlyArray<LinkedTask>
  readonly workflows: ReadonlyArray<LinkedWorkflow>
}

interface LinkedDeclaration extends Declaration {
  readonly file: string
  readonly name: Evaluated
  /** How the module exports the value: `["groups", "billing", "refund"]`. */
  readonly exportPath?: Path
}

export interface LinkedTask extends LinkedDeclaration {
  /** The workflow through which a worker reaches a task that is not exported. */
  readonly workflow?: string
}

export interface LinkedWorkflow extends LinkedDeclaration {}

export interface LinkOptions {
  readonly files: ReadonlyMap<string, FileFacts>
  readonly facts: (file: string) => FileFacts | undefined
  readonly names: Names
}

export const link = (options: LinkOptions): Linked => {
  const tasks = collect(options, "task")
  const workflows = collect(options, "workflow")
  const reach = reachable(options, workflows)
  return {
    tasks: tasks.map((task) => {
      const workflow = task.exportPath === undefined ? reach(task) : undefined
      return workflow === undefined ? task : { ...task, workflow }
    }),
    workflows
  }
}

const collect = (
  { files, names }: LinkOptions,
  kind: "task" | "workflow"
): ReadonlyArray<LinkedDeclaration> => {
  const found: Array<LinkedDeclaration> = []
  for (const [file, facts] of files) {
    for (const declaration of facts.declarations) {
      const callee = names.follow(file, declaration.callee)
      if (callee?._tag !== "Library" || callee.name !== kind) continue
      const exportPath = exportPathOf(facts, declaration.path)
      found.push({
        ...declaration,
        file,
        name: names.evaluate(file, declaration.id),
        ...(exportPath === undefined ? {} : { exportPath })
      })
    }
  }
  return found
}

/**
 * A name of its own is better than `default`; among several names the first of the alphabet is
 * taken.
 */
const exportPathOf = (facts: FileFacts, path: Path | undefined): Path | undefined => {
  const [head, ...rest] = path ?? []
  if (head === undefined) return undefined
  const exported = [...facts.exports].flatMap(([name, origin]) => (origin === head ? [name] : []))
  const best = exported.toSorted((a, b) => rank(a, head) - rank(b, head) || compare(a, b))[0]
  return best === undefined ? undefined : [best, ...rest]
}

const rank = (exported: string, local: string): number =>
  exported === local ? 0 : exported === "default" ? 2 : 1

/**
 * What the code of one workflow mentions, directly or through the declarations that it mentions.
 */
interface Mentioned {
  readonly workflow: LinkedWorkflow
  readonly paths: ReadonlyMap<string, ReadonlyArray<Path>>
}

/**
 * Answers by which exported workflow a task is reached: one that is written around it, or that
 * mentions its name. To mention is more than to use, so the answer may be too generous; a worker
 * that relies on it finds out at load.
 */
const reachable = (options: LinkOptions, workflows: ReadonlyArray<LinkedWorkflow>) => {
  const exported = workflows.filter(({ exportPath }) => exportPath !== undefined).toSorted(byName)
  let mentioned: ReadonlyArray<Mentioned> | undefined
  return (task: LinkedTask): string | undefined => {
    mentioned ??= exported.map((workflow) => ({ workflow, paths: mentions(options, workflow) }))
    const owner = mentioned.find(
      (each) => encloses(each.workflow, task) || mentionsTask(each, task)
    )
    return owner && nameOf(owner.workflow)
  }
}

const nameOf = ({ name }: LinkedDeclaration): string => ("value" in name ? name.value : "")

const byName = (a: LinkedWorkflow, b: LinkedWorkflow): number => compare(nameOf(a), nameOf(b))

const encloses = (workflow: LinkedWorkflow, task: LinkedTask): boolean =>
  workflow.file === task.file &&
  workflow.span.start < task.span.start &&
  task.span.end <= workflow.span.end

/**
 * A task without a path counts as mentioned where the declaration around it is: a helper function.
 */
const mentionsTask = ({ paths }: Mentioned, { file, owner, path }: LinkedTask): boolean =>
  (paths.get(file) ?? []).some((mention) =>
    path === undefined ? mention[0] === owner : isPrefix(mention, path) || isPrefix(path, mention)
  )

const isPrefix = (short: Path, long: Path): boolean =>
  short.every((part, index) => long[index] === part)

/** The transitive closure of names over the declarations of the project, by file. */
const mentions = ({ facts, names }: LinkOptions, workflow: LinkedWorkflow): Mentioned["paths"] => {
  const found = new Map<string, Array<Path>>()
  const seen = new Set<string>()
  const open = workflow.uses.map((path) => ({ file: workflow.file, path }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const target = names.follow(next.file, next.path)
    if (target?._tag !== "Module") continue
    const { file, path } = target
    const key = `${file}#${path.join(".")}`
    if (seen.has(key)) continue
    seen.add(key)
    found.set(file, [...(found.get(file) ?? []), path])
    for (const use of facts(file)?.uses.get(path[0] ?? "") ?? []) open.push({ file, path: use })
  }
  return found
}
