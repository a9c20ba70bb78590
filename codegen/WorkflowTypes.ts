// What a client must know of a workflow: the types of its input, its output and its signals, read
// from the type arguments of the expression that declares it.
import type { Describer } from "./Describe.ts"
import { isReference } from "./TypeReference.ts"
import type { LinkedWorkflow } from "./Link.ts"
import type { Problem } from "./Problem.ts"
import { compare } from "./Problem.ts"
import type { ts, TypeScript } from "./Project.ts"
import { type Shape, word } from "./Shape.ts"

export interface WorkflowTypes {
  readonly input: Shape
  readonly output: Shape
  readonly signals: ReadonlyArray<readonly [name: string, payload: Shape]>
}

const unknownTypes: WorkflowTypes = { input: word("unknown"), output: word("unknown"), signals: [] }

export interface ReadOptions {
  readonly ts: TypeScript
  readonly program: ts.Program
  readonly describer: Describer
}

/** The types of `workflow`, or the problem that there are none to read. */
export const read = (
  { ts, program, describer }: ReadOptions,
  workflow: LinkedWorkflow
): WorkflowTypes | Problem => {
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(workflow.file)
  const call = source && callAt(ts, source, workflow.span)
  const type = call && checker.getTypeAtLocation(call)
  if (type === undefined || !isReference(ts, type) || type.symbol.name !== "Workflow")
    return unreadable(workflow)
  const [, input, output, , , signals] = checker.getTypeArguments(type)
  if (input === undefined || output === undefined || signals === undefined)
    return unreadable(workflow)
  return {
    input: describer.describe(input),
    output: describer.describe(output),
    signals: members(signals)
      .flatMap((signal) => signalOf(checker, describer, signal))
      .toSorted(([a], [b]) => compare(a, b))
  }
}

/** The types of `workflow`; unknown where they cannot be read. */
export const orUnknown = (types: WorkflowTypes | Problem): WorkflowTypes =>
  "code" in types ? unknownTypes : types

const members = (type: ts.Type): ReadonlyArray<ts.Type> => (type.isUnion() ? type.types : [type])

/** `never` stands for a workflow without signals: it has no properties. */
const signalOf = (
  checker: ts.TypeChecker,
  describer: Describer,
  signal: ts.Type
): WorkflowTypes["signals"] => {
  const [name, payload] = ["name", "payload"].map((key) => {
    const property = signal.getProperty(key)
    return property && checker.getTypeOfSymbol(property)
  })
  return name?.isStringLiteral() === true && payload !== undefined
    ? [[name.value, describer.describe(payload)]]
    : []
}

/**
 * The call whose text is exactly `span`; descends through the one child that covers it, so no chain
 * is too long.
 */
const callAt = (
  ts: TypeScript,
  source: ts.SourceFile,
  span: { readonly start: number; readonly end: number }
): ts.CallExpression | undefined => {
  let node: ts.Node | undefined = source
  while (node !== undefined) {
    if (ts.isCallExpression(node) && node.getStart(source) === span.start && node.end === span.end)
      return node
    node = ts.forEachChild(node, (child) =>
      child.pos <= span.start && span.end <= child.end ? child : undefined
    )
  }
  return undefined
}

const unreadable = ({ file, span }: LinkedWorkflow): Problem => ({
  code: "ONW106",
  severity: "warning",
  message: "The type of this workflow could not be read: its client takes and gives `unknown`.",
  help: "Run tsc; most often an import does not resolve.",
  place: { file, span }
})
