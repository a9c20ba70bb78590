// Fourth stage, for workers: `registry.gen.ts`, every task and workflow by name. An import is lazy,
// so that a worker loads the modules it uses and no others; `--static` is for bundles that cannot
// import at run time.
import type { Linked, LinkedTask, LinkedWorkflow } from "./Link.ts"
import { header, type ImportStyle, member, specifier, unformatted } from "./Output.ts"
import { compare } from "./Problem.ts"

export interface RegistryOptions extends ImportStyle {
  readonly static: boolean
}

interface Row {
  readonly name: string
  readonly module: string
  readonly member: string
}

export const renderRegistry = (options: RegistryOptions, { tasks, workflows }: Linked): string => {
  const taskRows = rows(options, tasks)
  const workflowRows = rows(options, workflows)
  const modules = [...new Set([...taskRows, ...workflowRows].map(({ module }) => module))].toSorted(
    compare
  )
  const value = (row: Row): string =>
    options.static
      ? `() => Promise.resolve(module${modules.indexOf(row.module)}${row.member})`
      : `() => import(${JSON.stringify(row.module)}).then((m) => m${row.member})`
  return [
    header,
    ...(options.static ? [imports(modules)] : []),
    table(
      "tasks",
      taskRows.map((row) => [row.name, value(row)])
    ),
    table(
      "workflows",
      workflowRows.map((row) => [row.name, value(row)])
    ),
    `/** Tasks that no module exports, and the workflow that brings each. */\n` +
      table(
        "inWorkflows",
        tasks.flatMap(inWorkflow).toSorted(([a], [b]) => compare(a, b))
      )
  ].join("\n")
}

const rows = (
  style: ImportStyle,
  declared: ReadonlyArray<LinkedTask | LinkedWorkflow>
): ReadonlyArray<Row> =>
  declared
    .flatMap(({ name, exportPath, file }) =>
      "value" in name && exportPath !== undefined
        ? [{ name: name.value, module: specifier(style, file), member: member(exportPath) }]
        : []
    )
    .toSorted((a, b) => compare(a.name, b.name))

const inWorkflow = ({ name, workflow }: LinkedTask): ReadonlyArray<readonly [string, string]> =>
  "value" in name && workflow !== undefined ? [[name.value, JSON.stringify(workflow)]] : []

const imports = (modules: ReadonlyArray<string>): string =>
  modules
    .map((module, index) => `import * as module${index} from ${JSON.stringify(module)}\n`)
    .join("")

const table = (
  name: string,
  entries: ReadonlyArray<readonly [key: string, value: string]>
): string => {
  const lines = entries.map(([key, value]) => `  ${JSON.stringify(key)}: ${value}`)
  const body = lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n}`
  return `${unformatted}export const ${name} = ${body} as const\n`
}
