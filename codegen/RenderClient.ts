// Fourth stage, for those who start and signal workflows: `client.gen.ts`, types only. They are
// printed structurally, so that a client compiles without the sources of the workflows, and a task
// may start the workflow it belongs to.
import { header, unformatted } from "./Output.ts"
import type { VendorImport } from "./PackageBorder.ts"
import { compare } from "./Problem.ts"
import { layout, print, type Shape } from "./Shape.ts"
import type { WorkflowTypes } from "./WorkflowTypes.ts"

export interface ClientParts {
  readonly workflows: ReadonlyMap<string, WorkflowTypes>
  /** Types that contain themselves, by name. */
  readonly definitions: ReadonlyMap<string, Shape>
  readonly imports: ReadonlyArray<VendorImport>
}

export const renderClient = ({ workflows, definitions, imports }: ClientParts): string =>
  [
    header,
    ...(imports.length === 0 ? [] : [importLines(imports)]),
    ...[...definitions]
      .toSorted(([a], [b]) => compare(a, b))
      .map(([name, shape]) => `${unformatted}type ${name} = ${layout(shape)}\n`),
    workflowsInterface([...workflows].toSorted(([a], [b]) => compare(a, b)))
  ].join("\n")

const importLines = (imports: ReadonlyArray<VendorImport>): string =>
  [...Map.groupBy(imports, ({ specifier }) => specifier)]
    .toSorted(([a], [b]) => compare(a, b))
    .map(([specifier, named]) => {
      const bindings = named.map(({ imported, local }) =>
        imported === local ? local : `${imported} as ${local}`
      )
      return `import type { ${bindings.toSorted(compare).join(", ")} } from ${JSON.stringify(specifier)}\n`
    })
    .join("")

const workflowsInterface = (workflows: ReadonlyArray<readonly [string, WorkflowTypes]>): string => {
  const body = workflows.map(([name, { input, output, signals }]) =>
    [
      `  ${JSON.stringify(name)}: {`,
      `    input: ${layout(input, "    ")}`,
      `    output: ${layout(output, "    ")}`,
      `    signals: ${signalsType(signals)}`,
      "  }\n"
    ].join("\n")
  )
  return `${unformatted}export interface Workflows {${body.length === 0 ? "" : "\n"}${body.join("")}}\n`
}

/** A signal that two nodes wait for takes what satisfies both. */
const signalsType = (signals: WorkflowTypes["signals"]): string => {
  const payloads = Map.groupBy(signals, ([name]) => name)
  const members = [...payloads].map(([name, waits]) => {
    const types = [...new Set(waits.map(([, payload]) => print(payload)))].toSorted(compare)
    const type = types.length === 1 ? types[0] : types.map((each) => `(${each})`).join(" & ")
    return `${JSON.stringify(name)}: ${type}`
  })
  return members.length === 0 ? "{}" : `{ ${members.join("; ")} }`
}
