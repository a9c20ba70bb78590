// Answers "nothing changed" without loading the compiler. A run that went well remembers the time
// and size of every file and folder that it depended on; while all of them are the same, its report
// is the answer. When in doubt there is no answer, and the generator runs.
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import type { GenerateOptions, Report } from "./Generate.ts"

/** What the memory of a run holds; the report is that of a run that finds nothing to write. */
interface Memory {
  readonly stamps: ReadonlyArray<readonly [file: string, stamp: string]>
  readonly report: Report
}

/** The report of the last run with these options, if nothing that it depended on has changed. */
export const recall = (options: GenerateOptions): Report | undefined => {
  const place = placeOf(options)
  if (place === undefined || !fs.existsSync(place)) return undefined
  const memory = parse(fs.readFileSync(place, "utf8"))
  return memory?.stamps.every(([file, stamp]) => stampOf(file) === stamp) === true
    ? memory.report
    : undefined
}

export interface Run {
  readonly options: GenerateOptions
  readonly report: Report
  /** When the run began; what changed since may have been read before or after. */
  readonly startMs: number
  /** Every file that was read. */
  readonly files: Iterable<string>
  /** Folders in which a new file would belong to the project. */
  readonly folders: ReadonlyArray<string>
  readonly outputs: ReadonlyArray<string>
}

/** File systems stamp with a clock that lags behind the one that programs read. */
const clockSlackMs = 100

/** Remembers a run without findings, unless something changed while it ran. */
export const remember = (run: Run): void => {
  const { options, outputs, report, startMs } = run
  const place = placeOf(options)
  if (place === undefined || !report.ok || report.problems.length > 0) return
  const inputs = [...run.files, ...run.folders.flatMap(foldersBelow), ...surroundings(place)]
  if (inputs.some((file) => changedMs(file) >= startMs - clockSlackMs)) return
  const files = [...new Set([...inputs, ...outputs])].filter((file) => !isBuiltIn(file))
  const memory: Memory = {
    stamps: files.map((file) => [file, stampOf(file)]),
    report: { ...report, files: report.files.map((file) => ({ ...file, state: "unchanged" })) }
  }
  fs.mkdirSync(path.dirname(place), { recursive: true })
  fs.writeFileSync(place, JSON.stringify(memory))
}

/** The compiler's own declarations, which ts-morph keeps in memory under a path that is none. */
const isBuiltIn = (file: string): boolean => file.startsWith("/node_modules/typescript/lib/")

const parse = (text: string): Memory | undefined => {
  try {
    // Sound: the file is this module's own; one that was cut short is no JSON.
    return JSON.parse(text) as Memory
  } catch {
    return undefined
  }
}

const stat = (file: string): fs.Stats | undefined => fs.statSync(file, { throwIfNoEntry: false })

const changedMs = (file: string): number => stat(file)?.mtimeMs ?? 0

const stampOf = (file: string): string => {
  const stats = stat(file)
  return stats === undefined ? "absent" : `${stats.mtimeMs} ${stats.isFile() ? stats.size : ""}`
}

/** One file for each set of options, in the cache of the nearest installation; none without one. */
const placeOf = (options: GenerateOptions): string | undefined => {
  const directory = path.resolve(options.directory ?? ".")
  const tsconfig = path.resolve(directory, options.project ?? "tsconfig.json")
  const modules = nearestModules(path.dirname(tsconfig))
  const identity = JSON.stringify([directory, tsconfig, options.out, options.static === true])
  const name = createHash("sha256").update(identity).digest("hex").slice(0, 16)
  return modules && path.join(modules, ".cache/onward", `generate-${name}.json`)
}

const nearestModules = (directory: string): string | undefined => {
  const modules = path.join(directory, "node_modules")
  if (fs.existsSync(modules)) return modules
  const parent = path.dirname(directory)
  return parent === directory ? undefined : nearestModules(parent)
}

const foldersBelow = (folder: string): ReadonlyArray<string> => {
  if (!fs.existsSync(folder)) return [folder]
  const below = fs
    .readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && entry.name !== "node_modules" && entry.name[0] !== "."
    )
  return [folder, ...below.flatMap(({ name }) => foldersBelow(path.join(folder, name)))]
}

/** The generator itself, and what package managers write when they install. */
const surroundings = (place: string): ReadonlyArray<string> => {
  const modules = path.resolve(place, "../../..")
  const own = import.meta.dirname
  return [
    ...fs.readdirSync(own).map((file) => path.join(own, file)),
    ...[".package-lock.json", ".modules.yaml", ".yarn-state.yml"].map((file) =>
      path.join(modules, file)
    )
  ]
}
