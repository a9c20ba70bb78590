// The rules of style that no linter knows, as tests: who may import whom, how long a file and a function
// may be, what must not be left behind. A fault names file and line, so that a failure is a list of places.
import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import ts from "typescript"
import { describe, expect, it } from "vitest"

const root = path.resolve(import.meta.dirname, "..")
const fileLinesMax = 300
const functionLinesMax = 70

// What the engine knows of a store: contract, ownership, the one writer, and how a user names one.
const storeContract = ["Store", "StoreError", "StoreSource", "Ownership", "CheckpointWriter"].map(
  (name) => `src/store/${name}.ts`
)
const engineMay = ["src/ir/", "src/run/", "src/codec/", "src/task/", "src/builder/Workflow.ts"]

/**
 * The dependency rule: a folder or file, and where else it may import from. An entry ends the search, so
 * the longer come first. Examples and tests are not here: rules of their own bind them, or none.
 */
const mayImport: ReadonlyArray<readonly [room: string, from: ReadonlyArray<string>]> = [
  ["src/ir/", []],
  ["src/run/", ["src/ir/"]],
  ["src/codec/", []],
  ["src/task/", ["src/ir/", "src/codec/"]],
  ["src/store/", ["src/ir/", "src/run/", "src/codec/"]],
  ["src/builder/", ["src/ir/", "src/task/", "src/codec/"]],
  ["src/engine/", [...engineMay, ...storeContract]],
  ["src/effect/", ["src/engine/", ...engineMay, ...storeContract]],
  ["src/index.ts", ["src/"]],
  ["codegen/", []]
]

/** Folders without clock, randomness, I/O and Effect runtime: what they compute depends on arguments alone. */
const pureRooms = ["src/ir/", "src/run/", "src/builder/", "src/codec/"]
const impureModules = [
  /^node:(?!(?:crypto|util)$)/,
  /^effect\/(?:Effect|Clock|Random|Fiber|Layer|Runtime)\b/
]
const impureCalls = new Set([
  "Date.now",
  "Math.random",
  "performance.now",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "fetch",
  "crypto.randomUUID",
  "randomUUID",
  "crypto.getRandomValues",
  "randomBytes"
])

const isExempt = (file: string): boolean =>
  file.endsWith(".gen.ts") || /(?:^|\/)(?:fixtures|golden)\//.test(file)

const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .map((file) => file.replaceAll(path.sep, "/"))
    .filter((file) => !file.split("/").includes("node_modules"))

interface Source {
  readonly file: string
  readonly text: string
  readonly tree: ts.SourceFile
  readonly nodes: ReadonlyArray<ts.Node>
}

const parse = (file: string): Source => {
  const text = readFileSync(path.join(root, file), "utf8")
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  return { file, text, tree, nodes: descendants(tree) }
}

const descendants = (node: ts.Node): Array<ts.Node> => {
  const found: Array<ts.Node> = []
  const visit = (child: ts.Node): void => {
    found.push(child)
    ts.forEachChild(child, visit)
  }
  ts.forEachChild(node, visit)
  return found
}

const allFiles = ["src", "codegen", "examples", "test", "scripts", "docs"].flatMap(filesIn)
const sources = allFiles.filter((file) => /\.m?ts$/.test(file)).map(parse)

const lineOf = ({ tree }: Source, position: number): number =>
  tree.getLineAndCharacterOfPosition(position).line + 1

/** The faults that `check` finds in the nodes of `source`, each with its place. */
const faultsOf = (source: Source, check: (node: ts.Node) => string | undefined): Array<string> => {
  const faults: Array<string> = []
  for (const node of source.nodes) {
    const fault = check(node)
    if (fault !== undefined) {
      faults.push(`${source.file}:${lineOf(source, node.getStart())} ${fault}`)
    }
  }
  return faults
}

/** The module that `node` names, where it is the specifier of an import or export, static or dynamic. */
const specifierOf = (node: ts.Node): string | undefined => {
  if (!ts.isStringLiteral(node)) return undefined
  const { parent } = node
  const isStatic = ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)
  const isDynamic =
    ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword
  const isType = ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(parent.parent)
  return isStatic || isDynamic || isType ? node.text : undefined
}

const importFaults = (
  source: Source,
  check: (specifier: string, target: string | undefined) => string | undefined
): Array<string> =>
  faultsOf(source, (node) => {
    const specifier = specifierOf(node)
    if (specifier === undefined) return undefined
    const isRelative = specifier.startsWith(".")
    const target = path.posix.join(path.posix.dirname(source.file), specifier)
    return check(specifier, isRelative ? target : undefined)
  })

describe("imports", () => {
  it("follow the dependency rule", () => {
    const faults = sources.flatMap((source) => {
      if (!/^(?:src|codegen)\//.test(source.file)) return []
      const rule = mayImport.find(([room]) => source.file.startsWith(room))
      if (rule === undefined) return [`${source.file}:1 is in no room of the dependency rule`]
      return importFaults(source, (_, target) =>
        target === undefined || [rule[0], ...rule[1]].some((from) => target.startsWith(from))
          ? undefined
          : `${rule[0]} may not import ${target}`
      )
    })
    expect(faults).toEqual([])
  })

  it("of an example are the package by name, other packages and its own files", () => {
    const faults = sources.flatMap((source) => {
      const own = /^examples\/[^/]+\//.exec(source.file)?.[0]
      if (own === undefined) return []
      return importFaults(source, (_, target) =>
        target === undefined || target.startsWith(own)
          ? undefined
          : `imports ${target}, which a reader who copies the example does not have`
      )
    })
    expect(faults).toEqual([])
  })

  it("of our own files end in their extension", () => {
    const faults = sources.flatMap((source) =>
      importFaults(source, (specifier, target) =>
        target === undefined || /\.(?:m?ts|mjs|json)$/.test(specifier)
          ? undefined
          : `'${specifier}' has no extension`
      )
    )
    expect(faults).toEqual([])
  })

  it("of effect name a module, because the whole loads slowly", () => {
    const faults = sources
      .filter(({ file }) => file.startsWith("src/"))
      .flatMap((source) =>
        importFaults(source, (specifier) =>
          specifier === "effect" ? "imports all of effect" : undefined
        )
      )
    expect(faults).toEqual([])
  })
})

describe("pure folders", () => {
  const pure = sources.filter(({ file }) => pureRooms.some((room) => file.startsWith(room)))

  it("import neither the Effect runtime nor I/O", () => {
    const faults = pure.flatMap((source) =>
      importFaults(source, (specifier) =>
        impureModules.some((pattern) => pattern.test(specifier))
          ? `imports ${specifier}`
          : undefined
      )
    )
    expect(faults).toEqual([])
  })

  it("read no clock and draw no random number", () => {
    const faults = pure.flatMap((source) =>
      faultsOf(source, (node) => {
        if (ts.isNewExpression(node) && node.expression.getText() === "Date") {
          return node.arguments?.length === 0 ? "reads the clock: new Date()" : undefined
        }
        if (!ts.isCallExpression(node)) return undefined
        const callee = node.expression.getText()
        return impureCalls.has(callee) ? `calls ${callee}` : undefined
      })
    )
    expect(faults).toEqual([])
  })
})

/** A function that groups tests is as long as they are; each of them has its own limit. */
const isSuite = (node: ts.Node): boolean =>
  descendants(node).some(
    (inner) =>
      ts.isCallExpression(inner) && /^(?:it|test|describe)\b/.test(inner.expression.getText())
  )

describe("size", () => {
  it(`of a file is at most ${fileLinesMax} lines`, () => {
    const faults = sources
      .filter(({ file }) => !isExempt(file))
      .map(({ file, text }) => ({ file, lines: text.trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > fileLinesMax)
      .map(({ file, lines }) => `${file}:${lines} has ${lines} lines`)
    expect(faults).toEqual([])
  })

  it(`of a function is at most ${functionLinesMax} lines`, () => {
    const faults = sources
      .filter(({ file }) => !isExempt(file))
      .flatMap((source) =>
        faultsOf(source, (node) => {
          if (!ts.isFunctionLike(node)) return undefined
          const lines = lineOf(source, node.getEnd()) - lineOf(source, node.getStart()) + 1
          if (lines <= functionLinesMax) return undefined
          return source.file.startsWith("test/") && isSuite(node)
            ? undefined
            : `a function of ${lines} lines`
        })
      )
    expect(faults).toEqual([])
  })
})

describe("leftovers", () => {
  it("of unfinished work are in no file", () => {
    const marker = /\b(?:TO[D]O|FIX[M]E|X[X]X)\b/
    const faults = allFiles
      .filter((file) => /\.(?:m?ts|mjs|md|sql)$/.test(file) && !isExempt(file))
      .flatMap((file) =>
        readFileSync(path.join(root, file), "utf8")
          .split("\n")
          .flatMap((line, index) =>
            marker.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : []
          )
      )
    expect(faults).toEqual([])
  })

  it("of debugging are in no file", () => {
    const faults = sources.flatMap((source) =>
      faultsOf(source, (node) => {
        if (ts.isDebuggerStatement(node)) return "stops in the debugger"
        if (!ts.isPropertyAccessExpression(node) || node.name.text !== "only") return undefined
        return /^(?:it|test|describe)\b/.test(node.getText()) ? "runs one test alone" : undefined
      })
    )
    expect(faults).toEqual([])
  })
})

describe("names", () => {
  it("of files say what they hold", () => {
    const empty = /^(?:types?|utils?|helpers?|common|misc)\.[cm]?[jt]s$/i
    expect(allFiles.filter((file) => empty.test(path.posix.basename(file)))).toEqual([])
  })
})
