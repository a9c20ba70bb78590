// What a step costs the compiler: instantiations above the same file without the chain, on both compilers.
// They are exact, so the bounds are tight; a count that grows with the length of the chain fails the second test.
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, expect, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "onward-types-"))
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
writeFileSync(join(folder, "package.json"), `{ "type": "module" }`)
afterAll(() => rmSync(folder, { recursive: true }))

const shapes = ["tasks", "steps", "literals", "fork"] as const
type Shape = (typeof shapes)[number]

const declarations = (count: number): ReadonlyArray<string> => [
  `import type { Effect } from "effect/Effect"`,
  `import type { Flow } from "${root}src/builder/Flow.ts"`,
  `import type { Task } from "${root}src/task/Task.ts"`,
  `declare const flow: Flow<A0, A0, never, never, never, never>`,
  `interface A${count} { readonly n${count}: number; readonly s: string }`,
  ...Array.from({ length: count }, (_, i) => [
    `interface A${i} { readonly n${i}: number; readonly s: string }`,
    `declare const f${i}: (a: A${i}) => Effect<A${i + 1}, "error${i % 10}", "service${i % 10}">`,
    `declare const t${i}: Task<"t${i}", A${i}, A${i + 1}, "error${i % 10}", "service${i % 10}">`,
    `declare const b${i}: Task<"t${i}", A0, A${i + 1}, "error${i % 10}", "service${i % 10}">`
  ]).flat()
]

const elements: Readonly<Record<Shape, (i: number) => string>> = {
  tasks: (i) => `.then(t${i})`,
  steps: (i) => `.step("t${i}", (a) => f${i}(a))`,
  literals: (i) => `.step("t${i}", (a) => ({ n${i + 1}: a.n${i}, s: a.s }))`,
  fork: (i) => `b${i}: (b) => b.then(b${i}),`
}

/** One chain of each shape; the fork has a tenth of the branches, so 50 where the chains have 500 steps. */
const chains = (count: number): ReadonlyArray<string> =>
  shapes.map((shape) => {
    const parts = Array.from({ length: shape === "fork" ? count / 10 : count }, (_, i) =>
      elements[shape](i)
    )
    const text = parts.join("\n")
    return `export const ${shape} = flow${shape === "fork" ? `.fork({ ${text} }).join()` : text}`
  })

const instantiations = async (compiler: string, name: string, text: string): Promise<number> => {
  const file = join(folder, `${compiler}-${name}.ts`)
  writeFileSync(file, text)
  const config = join(folder, `${compiler}-${name}.json`)
  const compilerOptions = { rootDir: "/", typeRoots: [join(root, "node_modules/@types")] }
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions,
      include: [],
      files: [file]
    })
  )
  const tsc = join(root, "node_modules", compiler, "bin/tsc")
  const child = spawn(process.execPath, [tsc, "-p", config, "--extendedDiagnostics"])
  let output = ""
  child.stderr.resume()
  for await (const chunk of child.stdout) output += String(chunk)
  expect(output.match(/.*error TS.*/)?.[0]).toBeUndefined()
  return Number(/^Instantiations:\s+(\d+)/m.exec(output)?.[1])
}

/** Instantiations for a task step, two inline steps and a tenth of a branch, each time one more is added. */
const cost = async (compiler: string, count: number): Promise<number> => {
  const base = declarations(count)
  const without = await instantiations(compiler, `${count}-base`, [...base, "export {}"].join("\n"))
  const all = await instantiations(compiler, `${count}`, [...base, ...chains(count)].join("\n"))
  return (all - without) / (3.1 * count)
}

it(
  "instantiates at most 150 types a step, at any length, on TypeScript 7",
  { timeout: 60_000 },
  async () => {
    const costs = [await cost("typescript7", 100), await cost("typescript7", 500)]
    expect(Math.max(...costs)).toBeLessThanOrEqual(150)
    expect(costs[1]).toBeLessThanOrEqual((costs[0] ?? 0) * 1.05)
  }
)

it("instantiates as many on TypeScript 6", { timeout: 60_000 }, async () => {
  const [old, current] = [await cost("typescript", 100), await cost("typescript7", 100)]
  expect(old / current).toBeGreaterThan(0.95)
  expect(old / current).toBeLessThan(1.05)
})
