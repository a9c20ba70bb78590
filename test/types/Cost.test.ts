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

/** Each verb with regions of its own, or with a workflow: the task in a region is part of the count. */
const verbs = {
  route: {
    write: (i: number) => `.route((a) => a.k, { a: t${i}, b: (b) => b.then(t${i}) })`,
    most: 600
  },
  routeOn: {
    write: (i: number) => `.routeOn("k", { a: t${i}, b: (b) => b.then(t${i}) })`,
    most: 770
  },
  loop: {
    write: (i: number) => `.loop((b) => b.then(s${i}), { while: (a) => a.n0 > 1 })`,
    most: 110
  },
  forEach: { write: (i: number) => `.forEach(() => [a0], (b) => b.then(s${i}))`, most: 100 },
  thenFlow: { write: (i: number) => `.thenFlow(w${i})`, most: 105 },
  catch: { write: (i: number) => `.then(e${i}).catch("E${i}", (b) => b.then(h${i}))`, most: 400 },
  catchAll: { write: (i: number) => `.then(s${i}).catchAll(x${i})`, most: 215 },
  sleepUntil: { write: () => `.sleepUntil((a) => new Date(a.n0))`, most: 5 },
  any: { write: forked("any()", "w.value"), most: 400 },
  race: { write: forked("race()", "w.value"), most: 410 },
  allSettled: { write: forked("allSettled()", "w.a.ok ? w.a.value : a0"), most: 425 },
  quorum: { write: forked("quorum(1)", "w.a ?? a0"), most: 390 }
}
const verbNames = Object.keys(verbs) as ReadonlyArray<keyof typeof verbs>

/** A join, and a step back to a value that the next fork takes. */
function forked(join: string, value: string) {
  return (i: number) =>
    `.fork({ a: s${i}, b: (b) => b.then(s${i}) }).${join}.step("j${i}", (w): A0 => ${value})`
}

/** Each verb around `inner`, a flow that gives what it takes; what is used once in sight is numbered by its depth. */
const nested: Readonly<Record<string, (inner: string, depth: number) => string>> = {
  route: (inner) => `b.route((a) => a.k, { a: s1, b: (b) => ${inner} })`,
  routeOn: (inner) => `b.routeOn("k", { a: s1, "*": (b) => ${inner} })`,
  loop: (inner) => `b.loop((b) => ${inner}, { while: (a) => a.n0 > 1 })`,
  forEach: (inner, i) => `b.forEach(() => [a0], (b) => ${inner}).call(s${i}, () => a0)`,
  any: (inner, i) => `b.fork({ a: s1, b: (b) => ${inner} }).any().call(s${i}, () => a0)`,
  catchAll: (inner, i) =>
    `b.then(e${i}).catchAll((b) => b.call(s${i + 20}, () => a0).loop((b) => ${inner}, { while: () => true }))`
}

const nest = (verb: string, depth: number): string => {
  let inner = "b.then(s50)"
  for (let i = depth; i > 0; i--) inner = nested[verb]?.(inner, i + 50) ?? inner
  return `((b: typeof flow) => ${inner})(flow)`
}

const declarations = [
  `import type { Effect } from "effect/Effect"`,
  `import type { Flow } from "${root}/src/builder/Flow.ts"`,
  `import type { Task } from "${root}/src/task/Task.ts"`,
  `import type { Workflow } from "${root}/src/builder/Workflow.ts"`,
  `declare const flow: Flow<A0, A0, never, never, never, never>`,
  ...Array.from({ length: 501 }, (_, i) => [
    `interface A${i} { readonly n${i}: number; readonly s: string; readonly k: "a" | "b" }`,
    `interface E${i} { readonly _tag: "E${i}"; readonly e${i}: string }`,
    `declare const f${i}: (a: A${i}) => Effect<A${i + 1}, "error${i % 10}", "service${i % 10}">`,
    `declare const p${i}: (a: A${i}) => Promise<A${i + 1}>`,
    `declare const t${i}: Task<"t${i}", A${i}, A${i + 1}, "error${i % 10}", "service${i % 10}">`,
    `declare const s${i}: Task<"s${i}", A0, A0, "error${i % 10}", "service${i % 10}">`,
    `declare const e${i}: Task<"e${i}", A0, A0, E${i}, "service${i % 10}">`,
    `declare const h${i}: Task<"h${i}", E${i}, A0>`,
    `declare const x${i}: Task<"x${i}", unknown, A0>`,
    `declare const w${i}: Workflow<"w${i}", A${i}, A${i + 1}, "error${i % 10}", "service${i % 10}">`,
    `declare const b${i}: Task<"t${i}", A0, A${i + 1}, "error${i % 10}", "service${i % 10}">`
  ]).flat(),
  `interface A501 { readonly n501: number; readonly s: string; readonly k: "a" | "b" }`,
  `declare const a0: A0`
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

// Not longer: TypeScript 6 follows a chain on its own stack, and a catch is two calls and a region.
it("costs as much a verb at any length", { timeout: 600_000 }, () => {
  const chains = verbNames.flatMap((verb) =>
    [10, 60, 110].map((length) => `flow${repeat(length, verbs[verb].write)}`)
  )
  const [, ...counts] = instantiationsOn6(["flow", ...chains])
  for (const [i, verb] of verbNames.entries()) {
    const [short = 0, middle = 0, long = 0] = counts.slice(3 * i, 3 * i + 3)
    // What a kind costs once is in the first count, and goes away in a difference.
    const costs = [(middle - short) / 50, (long - middle) / 50]
    expect(Math.max(...costs), `${verb}: ${costs.join(", ")}`).toBeLessThanOrEqual(verbs[verb].most)
    expect(costs[1], verb).toBeLessThanOrEqual((costs[0] ?? 0) * 1.05)
    expect(short, verb).toBeLessThanOrEqual(10 * verbs[verb].most + 3_000)
  }
})

it("costs little a level, ten and twenty levels deep", { timeout: 120_000 }, () => {
  const deep = Object.keys(nested)
  const depths = [2, 10, 20]
  const [, ...counts] = instantiationsOn6([
    "flow",
    ...deep.flatMap((verb) => depths.map((depth) => nest(verb, depth)))
  ])
  for (const [i, verb] of deep.entries()) {
    const [low = 0, middle = 0, high = 0] = counts.slice(3 * i, 3 * i + 3)
    const costs = [(middle - low) / 8, (high - middle) / 10]
    expect(Math.max(...costs), `${verb}: ${costs.join(", ")}`).toBeLessThanOrEqual(800)
  }
})

it("costs as much an arm, with 50 of them", { timeout: 120_000 }, () => {
  const keys = repeat(branches, (i) => `| "k${i}"`)
  const arms = repeat(branches, (i) => `k${i}: (b) => b.then(b${i}),`)
  const members = repeat(branches, (i) => `| { readonly _tag: "k${i}"; readonly v${i}: number }`)
  const steps = repeat(branches, (i) => `k${i}: (b) => b.step("v", (m) => m.v${i}),`)
  const [, route = 0, routeOn = 0] = instantiationsOn6([
    "flow",
    `flow.route((): ${keys} => "k0", { ${arms} })`,
    `flow.step("m", (): ${members} => null!).routeOn("_tag", { ${steps} })`
  ])
  expect(route / branches).toBeLessThanOrEqual(400)
  // Each arm looks for its members among all: quadratic, and no matter at such a number.
  expect(routeOn / branches).toBeLessThanOrEqual(2_500)
})

it("costs as much for all verbs on TypeScript 7", { timeout: 120_000 }, async () => {
  const chains = verbNames.map((verb) => `${verb}: flow${repeat(100, verbs[verb].write)}`)
  const count = (await instantiations(`{ ${chains.join(",\n")} }`)) - (await instantiations("flow"))
  const most = verbNames.reduce((sum, verb) => sum + 100 * verbs[verb].most + 3_000, 0)
  expect(count).toBeLessThanOrEqual(most)
})
