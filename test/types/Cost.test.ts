// What one more step costs the compiler: instantiations above the same file without the chain. They are exact, so
// the bounds are tight. Each kind of step is measured on its own and at three lengths: a cheap kind cannot hide a
// dear one, and a count that grows with the length of the chain shows.
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { promisify } from "node:util"
import ts from "typescript"
import { afterAll, expect, it } from "vitest"

const root = path.resolve(import.meta.dirname, "../..")
const folder = mkdtempSync(path.join(tmpdir(), "onward-types-"))
symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"))
writeFileSync(path.join(folder, "package.json"), `{ "type": "module" }`)
afterAll(() => rmSync(folder, { recursive: true }))

const lengths = [10, 100, 500]
const branches = 50

/** Each kind of step: how it is written, and how many instantiations one more may cost. */
const kinds = {
  task: { write: (i: number) => `.then(t${i})`, most: 100 },
  effect: { write: (i: number) => `.step("t${i}", (a) => f${i}(a))`, most: 190 },
  promise: { write: (i: number) => `.step("t${i}", (a) => p${i}(a))`, most: 190 },
  literal: {
    write: (i: number) => `.step("t${i}", (a) => ({ n${i + 1}: a.n${i}, s: a.s }))`,
    most: 190
  }
}
type Kind = keyof typeof kinds
const names: ReadonlyArray<Kind> = ["task", "effect", "promise", "literal"]

const declarations = [
  `import type { Effect } from "effect/Effect"`,
  `import type { Flow } from "${root}/src/builder/Flow.ts"`,
  `import type { Task } from "${root}/src/task/Task.ts"`,
  `declare const flow: Flow<A0, A0, never, never, never, never>`,
  ...Array.from({ length: 501 }, (_, i) => [
    `interface A${i} { readonly n${i}: number; readonly s: string }`,
    `declare const f${i}: (a: A${i}) => Effect<A${i + 1}, "error${i % 10}", "service${i % 10}">`,
    `declare const p${i}: (a: A${i}) => Promise<A${i + 1}>`,
    `declare const t${i}: Task<"t${i}", A${i}, A${i + 1}, "error${i % 10}", "service${i % 10}">`,
    `declare const b${i}: Task<"t${i}", A0, A${i + 1}, "error${i % 10}", "service${i % 10}">`
  ]).flat(),
  `interface A501 { readonly n501: number; readonly s: string }`
].join("\n")

const repeat = (count: number, write: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => write(i)).join("\n")

const chain = (kind: Kind, length: number): string => `flow${repeat(length, kinds[kind].write)}`

const fork = `flow.fork({ ${repeat(branches, (i) => `b${i}: (b) => b.then(b${i}),`)} }).join()`

/** Writes a file for each expression, and a project of them. */
const write = (expressions: ReadonlyArray<string>) => {
  const files = expressions.map((_, i) => path.join(folder, `chain${i}.ts`))
  for (const [i, file] of files.entries()) {
    writeFileSync(file, `${declarations}\nexport const chain = ${expressions[i]}`)
  }
  // Without DOM, which is half of what a program would parse.
  const lib = ["ES2024", "ESNext.Disposable"]
  const typeRoots = [path.join(root, "node_modules/@types")]
  const compilerOptions = { rootDir: "/", lib, typeRoots }
  const config = path.join(folder, "tsconfig.json")
  const extended = path.join(root, "tsconfig.json")
  writeFileSync(config, JSON.stringify({ extends: extended, compilerOptions, include: [], files }))
  return { config, files }
}

/** What TypeScript 7 counts for a program of this expression. */
const instantiations = async (expression: string): Promise<number> => {
  const { config } = write([expression])
  const tsc = path.join(root, "node_modules/typescript7/bin/tsc")
  // Rejects with what the compiler says when the program does not compile.
  const { stdout } = await promisify(execFile)(process.execPath, [
    tsc,
    "-p",
    config,
    "--extendedDiagnostics",
    "--singleThreaded"
  ])
  return Number(/^Instantiations:\s+(\d+)/m.exec(stdout)?.[1])
}

/** What TypeScript 6 counts for each expression, checked one after another in one program. */
const instantiationsOn6 = (expressions: ReadonlyArray<string>): ReadonlyArray<number> => {
  const { config, files } = write(expressions)
  const { config: json } = ts.readConfigFile(config, (name) => ts.sys.readFile(name))
  const { options } = ts.parseJsonConfigFileContent(json, ts.sys, folder)
  const program = ts.createProgram(files, options)
  return files.map((file) => {
    const before = program.getInstantiationCount()
    expect(program.getSemanticDiagnostics(program.getSourceFile(file))).toEqual([])
    return program.getInstantiationCount() - before
  })
}

it("costs as much a step at any length, on TypeScript 7", { timeout: 120_000 }, async () => {
  const without = await instantiations("flow")
  for (const kind of ["task", "effect", "literal"] as const) {
    const costs: Array<number> = []
    for (const length of lengths) {
      const all = await instantiations(chain(kind, length))
      costs.push((all - without) / length)
    }
    expect(Math.max(...costs), `${kind}: ${costs.join(", ")}`).toBeLessThanOrEqual(kinds[kind].most)
    expect(costs[2], `${kind}: ${costs.join(", ")}`).toBeLessThanOrEqual((costs[1] ?? 0) * 1.02)
  }
  const forked = await instantiations(fork)
  expect((forked - without) / branches).toBeLessThanOrEqual(100)
})

it("costs as much on TypeScript 6", { timeout: 120_000 }, () => {
  const chains = names.map((kind) => chain(kind, 100))
  // The first pays for what all programs need.
  const [, ...counts] = instantiationsOn6(["flow", ...chains])
  for (const [i, kind] of names.entries()) {
    const cost = (counts[i] ?? Number.NaN) / 100
    expect(cost, kind).toBeLessThanOrEqual(kinds[kind].most)
  }
})
