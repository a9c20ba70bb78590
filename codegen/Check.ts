// Third stage: what is wrong with the linked project, as problems. Only what a worker could load is
// compared with each other: two tests that each declare a local task `charge` do not collide.
import type { Linked, LinkedTask, LinkedWorkflow } from "./Link.ts"
import type { Problem } from "./Problem.ts"

type Kind = "task" | "workflow"
type Declared = LinkedTask | LinkedWorkflow

export const check = ({ tasks, workflows }: Linked): ReadonlyArray<Problem> => [
  ...tasks.flatMap((task) => nameProblems("task", task)),
  ...workflows.flatMap((workflow) => nameProblems("workflow", workflow)),
  ...tasks
    .filter(isNamed)
    .filter((task) => !isReached(task))
    .map(unreachable),
  ...workflows
    .filter(isNamed)
    .filter(({ exportPath }) => exportPath === undefined)
    .map(notExported),
  ...duplicates("task", tasks.filter(isReached)),
  ...duplicates("workflow", workflows)
]

const isNamed = ({ name }: Declared): boolean => "value" in name && isValid(name.value)

const isReached = (task: LinkedTask): boolean =>
  task.exportPath !== undefined || task.workflow !== undefined

const noun = (kind: Kind): string => (kind === "task" ? "task id" : "workflow name")

const nameProblems = (kind: Kind, declared: Declared): ReadonlyArray<Problem> => {
  const { name, parameter } = declared
  if ("value" in name) return isValid(name.value) ? [] : [invalid(kind, declared, name.value)]
  return [
    parameter === undefined
      ? computed(kind, declared, name.why)
      : fromFactory(kind, declared, parameter)
  ]
}

// The rule of `Name` in the definition's format.
const isValid = (name: string): boolean => /^[\w.-]{1,128}$/.test(name)

const idPlace = ({ file, idSpan }: Declared) => ({ file, span: idSpan })

const computed = (kind: Kind, declared: Declared, why: string): Problem => ({
  code: "ONW101",
  severity: "error",
  message: `The ${noun(kind)} is computed: ${why}.`,
  help: "Write a string literal, a constant, a property of a constant object or a member of a string enum.",
  place: idPlace(declared)
})

const invalid = (kind: Kind, declared: Declared, name: string): Problem => ({
  code: "ONW102",
  severity: "error",
  message: `The ${noun(kind)} ${JSON.stringify(name)} cannot be stored as a name.`,
  help: `Use 1 to 128 letters, digits, "_", "-" or ".".`,
  place: idPlace(declared)
})

const fromFactory = (kind: Kind, declared: Declared, parameter: string): Problem => ({
  code: "ONW103",
  severity: "error",
  message: `The ${noun(kind)} is made of '${parameter}', a parameter: every call declares another ${kind}.`,
  help: `Declare each ${kind} with its own literal, and share the function that it calls.`,
  place: idPlace(declared)
})

const nameOf = ({ name }: Declared): string => ("value" in name ? name.value : "")

const unreachable = (task: LinkedTask): Problem => ({
  code: "ONW104",
  severity: "warning",
  message: `The task "${nameOf(task)}" is neither exported nor used by an exported workflow: it is left out.`,
  help: task.path === undefined ? "Bind it to an exported constant." : "Export it, or delete it.",
  place: { file: task.file, span: task.span }
})

const notExported = (workflow: LinkedWorkflow): Problem => ({
  code: "ONW105",
  severity: "error",
  message: `The workflow "${nameOf(workflow)}" is not exported: no worker can import it.`,
  help: exportHelp(workflow),
  place: idPlace(workflow)
})

const exportHelp = ({ path, within }: LinkedWorkflow): string => {
  if (path !== undefined) return `Write \`export\` in front of \`const ${path[0]}\`.`
  if (within === "module") return "Bind it to an exported constant."
  return `Move it out of the ${within}, to an exported constant of the module.`
}

const duplicates = (kind: Kind, declared: ReadonlyArray<Declared>): ReadonlyArray<Problem> => {
  const first = new Map<string, Declared>()
  return declared.flatMap((each): ReadonlyArray<Problem> => {
    if (!isNamed(each)) return []
    const earlier = first.get(nameOf(each))
    if (earlier === undefined) {
      first.set(nameOf(each), each)
      return []
    }
    return [duplicate(kind, each, earlier)]
  })
}

const duplicate = (kind: Kind, declared: Declared, earlier: Declared): Problem => ({
  code: "ONW201",
  severity: "error",
  message: `The ${noun(kind)} "${nameOf(declared)}" is declared twice in this project.`,
  help: `Rename one of them; a name that runs in flight already know must stay.`,
  place: idPlace(declared),
  related: { ...idPlace(earlier), message: "first declared here" }
})
