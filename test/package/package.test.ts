// What a user gets: the tarball that `npm pack` builds, installed in an empty project. Needs npm and either
// a registry or a cache that holds effect; nothing else is installed, so whatever the package needs beyond
// its peers fails here.
import { execFile } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const root = path.resolve(import.meta.dirname, "../..")
const project = mkdtempSync(path.join(tmpdir(), "onward-package-"))
const installed = path.join(project, "node_modules/onward")

const programs = ["consumer.ts", "effect.ts"]

const compilers = {
  "TypeScript 6": path.join(root, "node_modules/typescript/bin/tsc"),
  "TypeScript 7": path.join(root, "node_modules/typescript7/bin/tsc")
}
const resolutions = {
  NodeNext: { module: "NodeNext", moduleResolution: "NodeNext" },
  bundler: { module: "ESNext", moduleResolution: "bundler" }
}

interface Manifest {
  readonly dependencies?: Record<string, string>
  readonly devDependencies: Record<string, string>
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"))

interface Ended {
  readonly code: number
  readonly output: string
}

/** Runs `command` to its end, in `cwd`. */
const execute = (command: string, args: ReadonlyArray<string>, cwd = project): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(command, args, { cwd }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr })
    )
  })

const succeed = async (command: string, args: ReadonlyArray<string>, cwd = project) => {
  const { code, output } = await execute(command, args, cwd)
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}\n${output}`)
  return output
}

beforeAll(async () => {
  await succeed("npm", ["pack", "--pack-destination", project], root)
  const { name, version, devDependencies } = readJson(
    path.join(root, "package.json")
  ) as Manifest & {
    readonly name: string
    readonly version: string
  }
  writeFileSync(path.join(project, "package.json"), `{ "type": "module", "private": true }`)
  for (const file of programs) {
    cpSync(path.join(import.meta.dirname, "fixtures", file), path.join(project, file))
  }
  const wanted = [`./${name}-${version}.tgz`, `effect@${devDependencies["effect"]}`]
  await succeed("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...wanted])
}, 180_000)

afterAll(() => rmSync(project, { recursive: true }))

describe("the tarball", () => {
  it("depends on nothing that npm would install with it", () => {
    const { dependencies } = readJson(path.join(installed, "package.json")) as Manifest
    expect(dependencies ?? {}).toEqual({})
  })

  it("holds what its README links to", () => {
    const readme = readFileSync(path.join(installed, "README.md"), "utf8")
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? "")
    expect(links.length).toBeGreaterThan(5)
    expect(links.filter((link) => !existsSync(path.join(installed, link)))).toEqual([])
  })

  it("brings nothing into the project but itself and effect", () => {
    const { packages } = readJson(path.join(project, "node_modules/.package-lock.json")) as {
      readonly packages: Record<string, unknown>
    }
    expect(Object.keys(packages).toSorted()).toEqual(["node_modules/effect", "node_modules/onward"])
  })

  it("runs on this version of Node", async () => {
    const printed = await succeed(process.execPath, ["consumer.ts"])
    const result = { parcel: 7, letter: "paid: o1:1200" }
    expect(JSON.parse(printed)).toEqual({ inProcess: result, durable: result })
  }, 30_000)

  it("runs workflows as Effects, by an entry that shares its classes with the core entry", async () => {
    const printed = await succeed(process.execPath, ["effect.ts"])
    expect(JSON.parse(printed)).toEqual(["paid 1", "paid 2", true])
  }, 30_000)

  it.each(["onward", "onward/effect"])(
    "loads no package but effect through %s",
    async (entry) => {
      const script = `
      import { registerHooks } from "node:module"
      registerHooks({ load: (url, context, next) => (console.log(url), next(url, context)) })
      await import("${entry}")
    `
      const printed = await succeed(process.execPath, ["--input-type=module", "--eval", script])
      const urls = printed
        .trim()
        .split("\n")
        .filter((url) => !url.startsWith("node:"))
      expect([...new Set(urls.map(packageOf))].toSorted()).toEqual(["effect", "onward"])
    },
    30_000
  )

  it("says what to install when the generator runs without its compiler", async () => {
    const cli = path.join(installed, "dist/codegen/cli.js")
    const { code, output } = await execute(process.execPath, [cli, "generate"])
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("ts-morph") })
    expect(output).not.toContain("    at ")
  }, 30_000)
})

const packageOf = (url: string): string => /node_modules\/([^/]+)/.exec(url)?.[1] ?? url

describe.each(Object.entries(compilers))("under %s", (compiler, tsc) => {
  it.each(Object.entries(resolutions))(
    "its types hold with %s resolution",
    async (name, options) => {
      const folder = path.join(project, `${compiler}-${name}`)
      mkdirSync(folder)
      const compilerOptions = {
        ...options,
        target: "ES2024",
        lib: ["ES2024", "ESNext.Disposable", "DOM"],
        types: [],
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        // Our declarations are checked too, but TypeScript 6 would take ten seconds for those of effect.
        skipLibCheck: compiler === "TypeScript 6"
      }
      const config = { compilerOptions, files: programs.map((file) => `../${file}`) }
      writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config))
      expect(await succeed(process.execPath, [tsc, "-p", folder])).toBe("")
    },
    60_000
  )
})
