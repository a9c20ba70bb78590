// What a project that exports a workflow emits for it: one short type, however long the chain is.
import path from "node:path"
import ts from "typescript"
import { expect, it } from "vitest"

const file = path.join(import.meta.dirname, "fixtures/exported.ts")
const root = path.join(import.meta.dirname, "../..")

const declarations = (): string => {
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), (name) =>
    ts.sys.readFile(name)
  )
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [file] }, ts.sys, root)
  const emitting = { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true }
  const program = ts.createProgram([file], emitting)
  const source = program.getSourceFile(file)
  let text = ""
  program.emit(source, (_, emitted) => (text = emitted), undefined, true)
  return text
}

/** The declared type of this constant. */
const typeOf = (text: string, name: string): string =>
  new RegExp(`export declare const ${name}: (.*?);$`, "ms").exec(text)?.[1] ?? ""

it("declares a workflow by what it takes, gives, fails with and needs, not by its steps", () => {
  const text = declarations()
  expect(typeOf(text, "long")).toBe(
    'import("../../../src/builder/Workflow.ts").Workflow<"order", Order, Label, Declined, Stripe, never>'
  )
  expect(typeOf(text, "short")).toBe(typeOf(text, "long"))
  expect(typeOf(text, "branched")).toBe(typeOf(text, "long"))
}, 60_000)
